#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The project's own tests: static checks, the suite on real kernels, the exit
# codes of vmtest.sh, and whatever is in check.d. As many checks run at a time as
# there are CPUs; in their order each gives one line, and a failed one its output.
# The last line counts them.
set -u

root=$(cd "$(dirname "$0")/.." && pwd -P)
kvm=$root/tools/testing/selftests/kvm
vmtest=$kvm/vmtest/vmtest.sh
passed=0 failed=0 skipped=0 begun=0 told=0

# Not for programs in userspace that are guests as well: memory shared with
# another world, ELF's types, macros that are initialisers or have no kernel
# macro to use.
CHECKPATCH_IGNORE=VOLATILE,BIT_MACRO,MACRO_ARG_REUSE,COMPLEX_MACRO,PREFER_KERNEL_TYPES
CHECKPATCH_IGNORE=$CHECKPATCH_IGNORE,CAMELCASE,AVOID_EXTERNS,PREFER_DEFINED_ATTRIBUTE_MACRO
CHECKPATCH_IGNORE=$CHECKPATCH_IGNORE,EMBEDDED_FUNCTION_NAME,BRACKET_SPACE,FUNCTION_ARGUMENTS

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'end_all; exit 2' HUP INT TERM

# The fd 3 holds a line for each check that may begin.
mkfifo "$work/free" && exec 3<>"$work/free" && seq "$(nproc)" >&3 || exit 2

# end PID: it and what it has started
end()
{
	for child in $(pgrep -P "$1"); do
		end "$child"
	done
	kill "$1" 2>/dev/null
}

end_all()
{
	while [ $told -lt $begun ]; do
		told=$((told + 1))
		[ -s "$work/$told.rc" ] || end "$(cat "$work/$told.pid")"
	done
	wait
}

# What a log says of failures: for each at most 40 lines before it, and the end
explain()
{
	awk '
		/^(# )?ok [0-9]/ { n = 0; next }
		{ line[n++] = $0 }
		/^(# )?not ok [0-9]/ {
			for (i = n > 41 ? n - 41 : 0; i < n; i++)
				print line[i]
			n = 0
		}
		END {
			for (i = n > 40 ? n - 40 : 0; i < n; i++)
				print line[i]
		}
	' "$1"
}

# verdict RC NAME LOG: one check's line, with what explains it if it failed; RC 4 is a skip
verdict()
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
		echo "ok $2"
	elif [ "$1" -eq 4 ]; then
		skipped=$((skipped + 1))
		echo "ok $2 # SKIP $(tail -n 1 "$3")"
	else
		failed=$((failed + 1))
		explain "$3" | sed 's/^/    /'
		echo "not ok $2"
		{
			echo "not ok $2"
			tail -n 8 "$3" | sed 's/^/    /'
		} >>"$work/failed"
	fi
}

# The checks that have ended, up to the first that has not
tell()
{
	while [ -s "$work/$((told + 1)).rc" ]; do
		told=$((told + 1))
		verdict "$(cat "$work/$told.rc")" "$(cat "$work/$told.name")" "$work/$told"
	done
}

# check NAME COMMAND...: begin it in the background, with a file $log of its own
check()
{
	read -r _ <&3
	tell
	begun=$((begun + 1))
	log=$work/$begun
	echo "$1" >"$log.name"
	shift
	(
		"$@" >"$log" 2>&1 </dev/null 3>&-
		echo $? >"$log.rc"
		echo >&3
	) &
	echo $! >"$log.pid"
}

# exits CODE TEXT COMMAND...: ends with CODE and says TEXT, a regular expression
exits()
{
	want=$1 text=$2
	shift 2
	code=0
	"$@" >"$log.out" 2>&1 || code=$?
	cat "$log.out"
	echo "exit code $code, expected $want and '$text'"
	[ "$code" -eq "$want" ] && grep -q "$text" "$log.out"
}

shellcheck_all()
{
	# shellcheck disable=SC2046 # one argument a file
	shellcheck $(git -C "$root" ls-files '*.sh' '*/init' .ci/run | sed "s,^,$root/,")
}

checkpatch_all()
{
	source=$("$kvm/vmtest/fetch.sh" source 7.3) || return 2
	bad=0
	cd "$work" || return 2
	for file in $(git -C "$root" ls-files '*.c' '*.h' '*.S'); do
		perl "$source/scripts/checkpatch.pl" --no-tree --strict --terse --no-summary \
			--ignore "$CHECKPATCH_IGNORE" -f "$root/$file" || bad=1
	done
	return $bad
}

# The ids of subtests that failed, open bugs aside, and programs of which some have no result
failures()
{
	sed -n -e 's/^# NEW FAILURE [^ ]* \([^ ]*\) .*/\1/p' \
		-e 's/^# KNOWN BUG, [^:]*: [^ ]* \([^ ]*\) .*/\1/p' \
		-e 's/^# INCOMPLETE \([^:]*\): .*/\1/p' "$1" | sort | tr '\n' ' '
}

# fails_just "KERNEL OPTION..." [ID...]: the suite runs there; exactly the subtests ID
# fail, those written ID? may. A point release that Debian no longer has is a skip
fails_just()
{
	rc=0
	# shellcheck disable=SC2086 # options
	VMTEST_TIMEOUT=120 "$vmtest" -k $1 || rc=$?
	shift
	if [ $rc -eq 2 ] && grep -q 'unknown kernel' "$log"; then
		echo "Debian no longer has this kernel"
		return 4
	fi
	shown=$(failures "$log")
	want=$(for id in "$@"; do
		case "$id $shown " in
		*\?*" ${id%\?} "*) echo "${id%\?}" ;;
		*\?*) ;;
		*) echo "$id" ;;
		esac
	done | sort | tr '\n' ' ')
	code=0
	[ -z "$want" ] || code=1
	echo "exit code $rc, expected $code"
	echo "failed: $shown"
	echo "expected: $want"
	[ $rc -eq $code ] && [ "$shown" = "$want" ]
}

suite()
{
	check "suite on $1" fails_just "$@"
}

# Kernels of today, and some that are known to be bad: just what is broken there
# fails, and the rest still runs. Of the newest release of a series a bug that
# was fixed upstream may be gone any day; exact versions show that it is seen.
suites()
{
	suite "7.3 -m nvhe -g 2"
	suite "7.3 -m nvhe -g 3"
	suite "7.3 -m vhe -g 2"
	suite "7.3 -m vhe -g 3 -v"
	suite "7.3 --host pkvm"
	suite "7.3 --host nohz -m vhe"
	suite "7.3 --host nogic -m nvhe"
	suite "7.3-16k -c max"
	suite "6.12 -m nvhe -g 2" 'PMU-4.wfi?' 'REG-2.pmu?'
	suite "6.12 -m nvhe -g 3" 'PMU-4.wfi?' 'REG-2.pmu?'
	suite "6.12 -m vhe -g 2" 'LVL-7.ptimer?' 'PMU-4.wfi?' 'REG-2.pmu?'
	suite "6.12 -m vhe -g 3" 'LVL-7.ptimer?' 'PMU-4.wfi?' 'REG-2.pmu?'
	suite "6.1 -m nvhe -g 2" 'PMU-1.32bit?' 'PMU-4.wfi?' 'VGC-3.rearm.v2.ptimer?'
	suite "6.1 -m vhe -g 3" 'PMU-1.32bit?' 'PMU-4.wfi?' 'REG-9.icc?'
	suite "5.10 -m vhe -g 2" 'PMU-2.counter?' 'PMU-4.wfi?' 'VGC-2.v2.vtimer?' \
		'VGC-2.v2.ptimer?'
	suite "5.10 -m nvhe -g 3" 'PMU-2.counter?' 'PMU-4.wfi?' 'REG-9.icc?' 'REG-9.sgi?' \
		'VGC-2.v3.vtimer?' 'VGC-3.rearm.v3.ptimer?'
	suite "5.10.223 -m nvhe -t user_irq_pmu:PMU-2" PMU-2.counter
	suite "5.10.223 -m nvhe -t user_irq_sysreg" REG-9.icc REG-9.sgi
	suite "5.10.223 -m nvhe -t user_irq_vgic:VGC-2" VGC-2.v3.vtimer
	suite "6.1.176 -m nvhe -t user_irq_reg" REG-4.failed_run.vtimer REG-4.failed_run.ptimer
	suite "6.1.176 -m nvhe -t user_irq_vgic:VGC-3.rearm" VGC-3.rearm.v3.ptimer
	suite "6.1.176 -m vhe -t user_irq_pmu:PMU-1" PMU-1.32bit
	suite "6.12.43 -m vhe -t user_irq_level" LVL-7.ptimer
	suite "6.12.43 -m vhe -t user_irq_migrate:REG-2.pmu" REG-2.pmu
	# shellcheck disable=SC2046 # a list
	suite "6.12.43 -m nvhe -t user_irq_block" $(echo BLK-1 BLK-9 |
		sed 's/[^ ]*/&.vtimer &.ptimer/g') 'BLK-4.vtimer?' 'BLK-4.ptimer?'
}

# No process of a vmtest.sh that was ended by SIG may be left
leaves_nothing()
{
	marker=vmtest-check-$$-$1
	TMPDIR=$log.tmp
	export TMPDIR
	mkdir "$TMPDIR"
	# A background process ignores SIGINT unless told otherwise.
	env --default-signal=INT "$vmtest" --append "$marker" -t lib_selftest:HANG-guest \
		>/dev/null 2>&1 &
	pid=$!
	polls=0
	while [ $polls -lt 60 ] && ! pgrep -f "qemu.*$marker" >/dev/null; do
		sleep 1
		polls=$((polls + 1))
	done
	pgrep -f "qemu.*$marker" >/dev/null || { echo "QEMU did not start"; kill $pid; return 1; }
	kill -s "$1" $pid
	for _ in 1 2 3 4 5; do
		sleep 1
		pgrep -f "qemu.*$marker" >/dev/null || break
	done
	wait $pid 2>/dev/null
	if pgrep -af "qemu.*$marker"; then
		echo "QEMU is left after SIG$1"
		return 1
	fi
	if ls "$TMPDIR"/vmtest.* 2>/dev/null; then
		echo "temporary files are left after SIG$1"
		return 1
	fi
}

exit_codes()
{
	image=$("$kvm/vmtest/fetch.sh" kernel 7.3) || exit 2
	head -c 1000000 "$image" >"$work/truncated"
	echo "no kernel at all, only some text that is long enough to have a header" >"$work/text"

	check "vmtest: unknown option" exits 2 "unknown option '--bogus'" "$vmtest" --bogus
	check "vmtest: unknown kernel" exits 2 "Debian has the series" "$vmtest" -k 9.9
	check "vmtest: no such Image" exits 2 "cannot read" "$vmtest" -k ./none
	check "vmtest: not an Image" exits 2 "no arm64 Image" "$vmtest" -k "$work/text"
	check "vmtest: truncated Image" exits 2 "is truncated" "$vmtest" -k "$work/truncated"
	check "vmtest: CPU without VHE" exits 2 "has no VHE" "$vmtest" -c cortex-a72 -m vhe
	check "vmtest: no such program" exits 2 "no program 'nothing'" "$vmtest" -t nothing
	check "vmtest: -t matches nothing" exits 2 "no subtest" "$vmtest" -t user_irq_cap:none
	check "vmtest: panic at boot" exits 2 "Kernel panic" "$vmtest" --append rdinit=/none
	check "vmtest: hung host" exits 2 "did not \(get to the end\|come up\)" \
		env VMTEST_TIMEOUT=8 "$vmtest" -t lib_selftest:HANG-guest
	check "vmtest: host without KVM" exits 4 "cannot open /dev/kvm" \
		"$vmtest" --append kvm-arm.mode=none
	check "vmtest: pass" exits 0 "1 passed, 0 failed" "$vmtest" -t user_irq_cap:CAP-1
	check "vmtest: open bug" exits 0 "KNOWN OPEN BUG" \
		"$vmtest" -t 'user_irq_exit:EXIT-11.field'
	check "vmtest: open bug, --strict" exits 1 "KNOWN OPEN BUG" \
		"$vmtest" --strict -t 'user_irq_exit:EXIT-11.field'
	check "vmtest: unknown --host" exits 2 "only nohz, nogic and pkvm" "$vmtest" --host bogus
	check "vmtest: nohz host" exits 0 "2 passed" "$vmtest" --host nohz -t user_irq_tickless
	check "vmtest: nogic host" exits 0 "4 passed" \
		"$vmtest" --host nogic -m nvhe -t user_irq_progress:PRG-5*
	check "vmtest: pKVM host" exits 0 "mode pkvm" "$vmtest" --host pkvm -t user_irq_cap
	check "vmtest: destructive row not asked for" exits 4 "may lock up the host" \
		"$vmtest" --host nogic -t user_irq_lockup
	check "vmtest: --destructive" exits 0 "KNOWN OPEN BUG user_irq_lockup PRG-6" \
		"$vmtest" --host nogic --destructive
	check "vmtest: SIGINT leaves nothing" leaves_nothing INT
	check "vmtest: SIGTERM leaves nothing" leaves_nothing TERM
	check "vmtest: SIGKILL leaves nothing" leaves_nothing KILL
	check "make kselftest: other targets" exits 2 "only TARGETS=kvm" \
		make -C "$root" kselftest TARGETS=net
	check "kselftest.sh: KDIR is no kernel" exits 2 "no kernel tree" \
		env KDIR=/ "$kvm/vmtest/kselftest.sh" install
}

for tool in shellcheck git pgrep:procps spatch:coccinelle yamllint curl; do
	command -v "${tool%:*}" >/dev/null || EXTRA_PACKAGES="${EXTRA_PACKAGES:-} ${tool#*:}"
done
export EXTRA_PACKAGES
"$kvm/vmtest/kselftest.sh" install || exit 2

check "ktap.py" python3 "$root/tests/ktap_test.py"
check "cells.py" python3 "$root/tests/cells_test.py"
check "coverage.py" python3 "$root/tests/coverage_test.py"
check "shellcheck" shellcheck_all
check "checkpatch.pl --strict" checkpatch_all
exit_codes
for script in "$root"/tests/check.d/*.sh; do
	check "$(basename "$script" .sh)" "$script" "$vmtest"
done
suites
wait
tell

# Again, where it is seen
[ ! -e "$work/failed" ] || cat "$work/failed"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
