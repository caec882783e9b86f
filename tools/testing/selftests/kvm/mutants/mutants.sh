#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Would the suite notice? Each semantic patch of this directory breaks one
# promise of the contract in the kernel; the subtests of that promise must fail.
# The header of a patch says
#
#	breaks: ROW[.SUBTEST]...  of each, a subtest fails
#	modes: [HOST:]MODE[@CPU]...  on each of these hosts; one that the host tick
#		hides needs nohz
#	file: ...	what it applies to, in one release or another
#	since: RELEASE	the first that has the code, or has not the bug itself
#	result: skipped	the suite skips all, if it does not fail
#	equivalent: ...	why nobody can notice it; then the whole suite must pass
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"
root=$(cd "$kvm/../../../.." && pwd -P)
vmtest=$kvm/vmtest
series=7.3

usage()
{
	cat <<-USAGE
	Usage: mutants.sh [options] [GLOB...]
	  -k DIR  a kernel's source, 6.1 or later, arm64; default that of Debian's $series
	  -j N    hosts at a time; default one for two CPUs
	  -i DIR  would another suite have noticed? The one installed in DIR (with a
	          run_kselftest.sh) is run as a whole, and its programs that fail three
	          times are listed, but for those that fail without a mutant
	  -l      list the mutants: name, rows, modes, words
	  -n      only see whether they apply
	  -h      this text
	  GLOB    names of mutants; default all
	What has been built and run is kept in build/mutants and not done again as long as
	the kernel, the mutant and the suite are the same: an interrupted run goes on.
	Environment: CROSS_COMPILE, LLVM=1, as for a kernel build; ccache is used if there.
	VMTEST_TIMEOUT, as for vmtest.sh.
	Exit code: 0 each mutant was killed by the rows that it breaks, or the kernel has not
	the code, or the host not what the row needs; 1 not so, 2 no verdict (no source, it
	does not build, the suite fails without a mutant); with -i 0 or 2.
	USAGE
}

list()
{
	for name in $names; do
		printf '%-26s %-20s %-10s %s\n' "$name" "$(header "$name" breaks)" \
			"$(header "$name" modes)" "$(sed -n '/^\/\/$/,/^$/s,^// *,,p' "$here/$name.cocci" |
				tr '\n' ' ')"
	done
}

# Applies all of them, as many at a time as there are CPUs
try_all()
{
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 2' HUP INT TERM
	cpus=$(nproc) nr=0
	for name in $names; do
		exists_in "$name" "$(release_of "$src")" || continue
		(
			mkdir "$work/$name"
			apply "$name" "$src" "$work/$name" >"$work/$name.log" 2>&1 ||
				touch "$work/$name.failed"
		) &
		nr=$((nr + 1))
		[ $((nr % cpus)) -ne 0 ] || wait
	done
	wait
	failed=0
	for name in $names; do
		[ ! -e "$work/$name.failed" ] || {
			failed=1
			echo "$name does not apply:"
			sed 's/^/    /' "$work/$name.log"
		}
	done
	return $failed
}

run_all()
{
	modes=$(for name in $names; do header "$name" modes; done | xargs -n 1 | sort -u)
	echo "$modes" | setpriv --pdeathsig TERM xargs -rn 1 -P "$jobs" \
		setpriv --pdeathsig TERM "$here/run.sh" "$out" "$suite" base || exit 2
	# The shell does not tell how the first of a pipeline ended.
	rm -f "$out/built"
	# shellcheck disable=SC2086 # one argument a name
	setpriv --pdeathsig TERM "$here/build.sh" mutants "$out" $names |
		setpriv --pdeathsig TERM xargs -rn 1 -P "$jobs" \
			setpriv --pdeathsig TERM "$here/run.sh" "$out" "$suite" || exit 2
	[ -e "$out/built" ] || exit 2
}

row()
{
	printf '%-26s %-10s %-12s %s\n' "$@"
}

# Sets code to 1 if a mutant was not killed as it should have been.
table()
{
	killed=0 equivalent=0 absent=0 bad=0 total=0
	row MUTANT MODE RESULT 'FAILED SUBTESTS'
	for name in $names; do
		total=$((total + 1)) good=1
		case $(cat "$out/results/$name" 2>/dev/null) in
		'') ;;
		n/a)
			absent=$((absent + 1))
			row "$name" - absent "the code is there since $(header "$name" since)"
			continue
			;;
		*)
			bad=$((bad + 1))
			row "$name" - "$(cat "$out/results/$name")" "$out/logs/$name"
			continue
			;;
		esac
		want=$(expected "$name") seen=1
		for mode in $(header "$name" modes); do
			read -r verdict ids <"$out/results/$name.$mode" || verdict='not run'
			row "$name" "$mode" "$verdict" "$ids"
			case $verdict in
			absent) seen=0 ;;
			"$want") ;;
			*) good=0 ;;
			esac
		done 2>/dev/null
		if [ $good -eq 0 ]; then
			bad=$((bad + 1))
		elif [ $seen -eq 0 ]; then
			absent=$((absent + 1))
		elif [ "$want" = survived ]; then
			equivalent=$((equivalent + 1))
		else
			killed=$((killed + 1))
		fi
	done
	echo "$total mutants: $killed killed, $equivalent equivalent, $absent absent, $bad left"
	[ $bad -eq 0 ] || code=1
}

# What became of each mutant in another suite
other_table()
{
	noticed=0 total=0
	row MUTANT MODE RESULT 'FAILED PROGRAMS'
	for name in $names; do
		if [ -e "$out/results/$name" ]; then
			row "$name" - "$(cat "$out/results/$name")" ''
			continue
		fi
		total=$((total + 1)) one=0
		for mode in $(header "$name" modes); do
			read -r verdict ids <"$results/$name.$mode"
			row "$name" "$mode" "$verdict" "$ids"
			[ "$verdict" != killed ] || one=1
		done
		noticed=$((noticed + one))
	done
	echo "$total mutants: $noticed noticed by $other"
}

src='' jobs=$((($(nproc) + 1) / 2)) list='' try='' other=''
while getopts k:j:i:lnh opt; do
	case $opt in
	k) src=$OPTARG ;;
	j) jobs=$OPTARG ;;
	i) other=$OPTARG ;;
	l) list=1 ;;
	n) try=1 ;;
	h) usage; exit 0 ;;
	*) die "-h lists the options" ;;
	esac
done
shift $((OPTIND - 1))
[ -z "$other" ] || {
	[ -x "$other/run_kselftest.sh" ] || die "-i $other: no suite is installed there"
	other=$(cd "$other" && pwd -P)
}
case $jobs in '' | *[!0-9]* | 0) die "-j $jobs: a number of hosts" ;; esac
[ $# -gt 0 ] || set -- '*'
names=$(select_mutants "$@") || exit 2

if [ -n "$list" ]; then
	list
	exit 0
fi

command -v spatch >/dev/null || EXTRA_PACKAGES="${EXTRA_PACKAGES:-} coccinelle"
export EXTRA_PACKAGES="${EXTRA_PACKAGES:-}"
"$vmtest/kselftest.sh" setup || exit 2

if [ -n "$src" ]; then
	src=$(cd "$src" 2>/dev/null && pwd -P) || die "-k: no such directory"
	key=$(echo "$src" | cksum | cut -d ' ' -f 1)
	[ -e "$src/arch/arm64/kvm/arch_timer.c" ] || die "$src: no source of a kernel with KVM for arm64"
	[ "$(release_of "$src")" -ge 6001 ] || die "$src: older than 6.1"
else
	key=$series
	[ -n "$try" ] && kind=source || kind=tree
	src=$("$vmtest/fetch.sh" "$kind" $series) || exit 2
fi
if [ -n "$try" ]; then
	try_all
	exit
fi

out=$root/build/mutants/$key
mkdir -p "$out" || exit 2
exec 8>"$out/lock"
flock -n 8 || die "another mutants.sh is at work in $out"
"$vmtest/kselftest.sh" install || exit 2
suite=$(cd "${other:-$root/build/install}" && find . -type f -exec sha256sum {} + |
	LC_ALL=C sort | cat - "$vmtest/known-bugs" | sha256sum | cut -c 1-32)
results=$out/results
[ -z "$other" ] || results=$out/other/$suite
mkdir -p "$results" || exit 2
export results other
setpriv --pdeathsig TERM "$here/build.sh" base "$src" "$out" || exit 2
run_all
code=0
if [ -n "$other" ]; then
	other_table
else
	table >"$out/table"
	cat "$out/table"
fi
exit $code
