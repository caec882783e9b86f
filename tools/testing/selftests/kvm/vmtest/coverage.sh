#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Which lines of the kernel that serve a userspace irqchip does the suite reach?
# Build a kernel that counts (gcov), run the suite in it, and let lcov report on
# the functions that coverage.functions lists.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../../../../.." && pwd -P)
out=$root/build/coverage
kvm=arch/arm64/kvm
objects='arch_timer arm pmu-emul'
profile='GCOV_PROFILE_arch_timer.o=y GCOV_PROFILE_arm.o=y GCOV_PROFILE_pmu-emul.o=y'
# Only a host without a vgic has the timer's interrupt masked.
hosts='nvhe vhe nogic:nvhe'
series=7.3

usage()
{
	cat <<-USAGE
	Usage: coverage.sh [KERNEL-TREE]   default \$KDIR, else Debian's $series; not written to
	Leaves the report as HTML in build/coverage/html, and what lcov makes such reports of
	in build/coverage/functions.info, of all of the three files in all.info.
	Environment: CROSS_COMPILE; GATE_BUILD, directory to build in (build/coverage/kernel);
	VMTEST_TIMEOUT, seconds of silence after which a host is hung (300).
	Exit code: 0 every line is reached, or coverage.functions says why it is not; 1 not so;
	2 no verdict.
	USAGE
}

die()
{
	echo "coverage: $*" >&2
	exit 2
}

# run_in [HOST:]MODE: the suite; its verdict is no matter here, a test may be too
# slow in such a kernel
run_in()
{
	mode=${1##*:}
	kind=${1%"$mode"}
	rm -rf "${out:?}/$1"
	mkdir -p "$out/$1"
	"$here/vmtest.sh" -k "$image" -m "$mode" ${kind:+--host "${kind%:}"} \
		-o "$out/$1/console" >"$out/$1/log" 2>&1 </dev/null || true
	python3 "$here/coverage.py" unpack "$out/$1/console" "$out/$1" || die "$1: no counts; see $out/$1/log"
	for object in $objects; do
		cp "$build/$kvm/$object.gcno" "$out/$1/"
	done
	(cd "$build" && lcov -q -c -d "$out/$1" -b "$build" --gcov-tool "$gcov" -o "$out/$1.info") \
		>"$out/$1/lcov.log" 2>&1 || die "lcov fails; see $out/$1/lcov.log"
	echo "coverage: $1: $(grep '^# SUMMARY' "$out/$1/log" || echo 'the suite did not end')" >&2
}

case ${1:-} in
-h | --help) usage; exit 0 ;;
-*) die "unknown option '$1'; -h lists the options" ;;
esac
[ $# -le 1 ] || die "one kernel tree"
tree=${1:-${KDIR:-}}
unset KDIR

command -v lcov >/dev/null || EXTRA_PACKAGES="${EXTRA_PACKAGES:-} lcov"
export EXTRA_PACKAGES="${EXTRA_PACKAGES:-}"
"$here/kselftest.sh" install || exit 2
[ "$(uname -m)" = aarch64 ] || CROSS_COMPILE=${CROSS_COMPILE:-aarch64-linux-gnu-}
gcov=${CROSS_COMPILE:-}gcov
command -v "$gcov" >/dev/null || die "$gcov not found"
[ -n "$tree" ] || tree=$("$here/fetch.sh" tree $series) || exit 2

mkdir -p "$out" || exit 2
image=$(GATE_BUILD=${GATE_BUILD:-$out/kernel} \
	GATE_CONFIG='CONFIG_DEBUG_FS=y CONFIG_GCOV_KERNEL=y' \
	GATE_MAKE=$profile "$here/gate.sh" -b "$tree") ||
	die "$tree does not build"
build=${image%/arch/arm64/boot/Image}

set --
for host in $hosts; do
	run_in "$host"
	set -- "$@" -a "$out/$host.info"
done
lcov -q "$@" -o "$out/all.info" || die "lcov cannot add up"
code=0
python3 "$here/coverage.py" report "$out/all.info" "$here/coverage.functions" \
	"$out/functions.info" || code=$?
[ $code -le 1 ] || exit 2
lcov --list "$out/functions.info"
genhtml -q -p "$(cd "$tree" && pwd -P)" --title 'userspace irqchip' -o "$out/html" \
	"$out/functions.info" || die "genhtml fails"
echo "coverage: $out/html/index.html" >&2
exit $code
