#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# For mutants.sh: boot the kernel of one mutant in each mode that its header
# names, until a subtest of each row that it breaks has failed; if none does,
# the whole suite.
#
#	run.sh OUT SUITE base MODE...	the kernel without a mutant, whole suite
#	run.sh OUT SUITE NAME
#
# SUITE stands for the installed suite. A mode is vhe or nvhe, for a host of
# another kind nohz:vhe, on another CPU vhe@max. Leaves "VERDICT IDS" in
# NAME.MODE of $results, for base the ids that fail. $other is empty, or where
# another suite is installed: then ids are names of its programs.
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# boot MODE [PROGRAM:GLOB]: sets rc, and failed to the ids of what failed
boot()
{
	target=${2:-} rc=0
	mode=${1##*:} cpu=${1##*@}
	host=${1%"$mode"} mode=${mode%@*}
	[ "$cpu" != "$1" ] || cpu=''
	open_bugs=$(awk -v mode="$mode" '$1 !~ /^#/ && ($4 == "open" || $4 == "racy") &&
		("," $3 ",") ~ (",(any|" mode "),") { print $1 }' "$kvm/vmtest/known-bugs")
	setpriv --pdeathsig TERM "$kvm/vmtest/vmtest.sh" -k "$out/images/$name" -m "$mode" \
		${host:+--host "${host%:}"} ${cpu:+-c "$cpu"} ${target:+-t "$target"} \
		${other:+-i "$other"} >"$log.new" 2>&1 </dev/null || rc=$?
	cat "$log.new" >>"$log"
	failed=$(if [ -n "$other" ]; then
		programs_failed
	else
		sed -n 's/^\(# \)*not ok [0-9]* \([A-Z0-9]*-[^ ]*\).*/\2/p'
	fi <"$log.new" | sort -u | while read -r id; do is_known "$id" || echo "$id"; done)
	# For ktap.py there is no verdict in results that are no subtests'.
	[ -z "$other" ] || ! grep -qE '^(not )?ok [0-9]+ selftests: ' "$log.new" || rc=0
	rm "$log.new"
}

# Of another suite: those that failed, and the one in which the host hung or died
programs_failed()
{
	awk '/^# selftests: / { running = $4 }
		/^(not )?ok [0-9]+ selftests: / { running = "" }
		/^not ok [0-9]+ selftests: / { print $6 }
		/^# NO VERDICT: the host did not get/ && running { print running }'
}

# Bugs that are open in this mode, and what fails without a mutant, say nothing.
is_known()
{
	for pattern in $open_bugs; do
		# shellcheck disable=SC2254 # a pattern
		case $1 in $pattern) return 0 ;; esac
	done
	grep -qxF "$1" "$results/base.$m" 2>/dev/null
}

# of_row ROW: which of the ids on stdin are the row's?
of_row()
{
	grep -E "^$1(\.|\$)" || true
}

# The programs with subtests of a row; which timer, a macro adds to the row.
programs()
{
	grep -rl --include='*.c' "\"${1%.[vp]timer}[.\"]" "$kvm/aarch64" | sed 's,.*/\(.*\)\.c$,\1,'
}

# skips ROW: are all of its subtests SKIPped on this host without a mutant?
skips()
{
	shown=$(sed -n "s/^# ok [0-9]* $1[. ].*/&/p" "$out/logs/base.$m")
	[ -n "$shown" ] && ! echo "$shown" | grep -qv '# SKIP'
}

# Sets verdict and ids.
run_rows()
{
	ids=''
	for row in $(header "$name" breaks); do
		if skips "$row"; then
			verdict=absent ids="$row SKIPs on this host"
			return 0
		fi
		killer=''
		for program in $(programs "$row"); do
			boot "$m" "${program}:${row}[. ]*"
			killer=$(echo "$failed" | of_row "$row")
			[ -z "$killer" ] || break
		done
		[ -n "$killer" ] || return 0
		ids="$ids $killer"
	done
	[ -z "$ids" ] || verdict=killed
}

run_all()
{
	boot "$m"
	ids=$failed
	# Where time decides, the host's load does: only what fails each time counts.
	[ -z "$other" ] || [ "$name" = base ] || for again in 2 3; do
		[ -n "$ids" ] || break
		echo "# once more, $again" >>"$log"
		boot "$m"
		ids=$(echo "$ids" | grep -xF "$failed") || true
	done
	if [ -z "$ids" ]; then
		case $rc in
		2) verdict=no-verdict ;;
		4) verdict=skipped ;;
		*) verdict=survived ;;
		esac
		return
	fi
	verdict=killed
	[ "$name" = base ] || [ -n "$other" ] || for row in $(header "$name" breaks); do
		[ -n "$(echo "$ids" | of_row "$row")" ] || verdict=elsewhere
	done
}

run_mode()
{
	result=$results/$name.$m log=$out/logs/$name.$m
	[ -z "$other" ] || log=$result.log
	id=$({
		cat "$out/images/$name.id"
		[ "$name" = base ] || cat "$results/base.$m.id"
		echo "$suite"
	} | sha256sum | cut -c 1-32)
	[ "$(cat "$result.id" 2>/dev/null)" != "$id" ] || return 0
	rm -f "$result" "$result.id"
	: >"$log"
	verdict=''
	[ "$name" = base ] || [ -n "$other" ] || [ "$(expected "$name")" != killed ] || run_rows
	[ -n "$verdict" ] || run_all
	ids=$(echo "$ids" | xargs)
	if [ "$name" = base ]; then
		if [ "$rc" -eq 2 ] || { [ -z "$other" ] && grep -q '^# NEW FAILURE' "$log"; }; then
			tail -n 30 "$log" >&2
			die "without a mutant the suite does not pass in mode $m; all of it is in $log"
		fi
		echo "$ids" | xargs -rn 1 >"$result"
		echo "base $m: passed${ids:+, but for $ids}"
	else
		echo "$verdict $ids" >"$result"
		echo "$name $m: $verdict $ids"
	fi
	echo "$id" >"$result.id"
}

out=$1 suite=$2 name=$3
results=${results:-$out/results} other=${other:-}
shift 3
# shellcheck disable=SC2046 # one argument a mode
[ "$name" = base ] || set -- $(header "$name" modes)
set -f
for m in "$@"; do
	run_mode
done
