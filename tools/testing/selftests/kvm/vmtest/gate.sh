#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does a kernel tree keep the contract? Build a small arm64 kernel of it, boot
# that in QEMU, run the suite, and say so with an exit code for git bisect.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
kvm=$(dirname "$here")
root=$(cd "$here/../../../../.." && pwd -P)

usage()
{
	cat <<-USAGE
	Usage: gate.sh [options] [KERNEL-TREE]   default \$KDIR; it is not written to
	  -m "MODE..."  hosts to boot, of those of matrix.sh: with both GICs, or with one
	                where MODE/GIC says so; default \$GATE_MODES, else "nvhe/2 vhe/3"
	  -t PROGRAM[:GLOB]  run one program, or those of its subtests that match;
	                default \$T
	  -j N          boots at a time; default \$J, else one for each CPU
	  -b            only build, and print the path of the Image
	  --strict      open kernel bugs count as failures too
	  -h            this text
	Environment: CROSS_COMPILE and LLVM as for the kernel's make; GATE_BUILD, directory to
	build in (build/gate); GATE_CONFIG, more options (CONFIG_X=y ...) for the kernel;
	GATE_MAKE, more arguments for its make; VMTEST_TIMEOUT, seconds of silence after which
	a host is hung (300). ccache is used if it is there.
	Exit code: 0 the tree keeps the contract, 1 it does not, 125 no verdict (no arm64 KVM in
	the tree, it does not take an option of kernel.config, does not build, does not boot),
	128 the gate cannot work (wrong usage, tree not clean, missing tool, disk full), more
	after a signal: to git bisect run these are good, bad, skip, and twice stop.
	USAGE
}

# finish CODE: end, on purpose; the codes are those of usage()
finish()
{
	finished=1
	exit "$1"
}

# die CODE MESSAGE
die()
{
	code=$1
	shift
	say "$*"
	finish "$code"
}

# To the user, also from where stderr is a log
say()
{
	echo "gate: $*" >&3
}

# Says that there is no room to build in, if so
disk_full()
{
	df -P "$out" 2>/dev/null | awk 'NR == 2 && $4 < 1024 { print "disk full: " $6 }'
}

# A command failed where none is expected to. Its code is not to be taken for a verdict.
# shellcheck disable=SC2317 # called by a trap
on_exit()
{
	[ -z "$finished" ] || return 0
	full=$(disk_full)
	say "${full:-unexpected failure, see above}"
	exit 128
}

# Runs a command that a signal to this shell ends at once, with all that it started
run()
{
	setsid setpriv --pdeathsig TERM "$@" &
	child=$!
	rc=0
	wait $child || rc=$?
	child=''
	return $rc
}

# on_signal NAME NUMBER: end with the code of a command that this signal ended
# shellcheck disable=SC2317 # called by a trap
on_signal()
{
	trap '' HUP INT TERM
	if [ -n "$child" ]; then
		kill -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	say "ended by SIG$1; the build goes on from here next time"
	finish $((128 + $2))
}

# What building a kernel needs beyond the suite: Debian package, command
missing_packages()
{
	while read -r package tool; do
		command -v "$tool" >/dev/null || echo "$package"
	done <<-LIST
	gcc gcc
	flex flex
	bison bison
	bc bc
	qemu-system-arm qemu-system-aarch64
	libarchive-tools bsdtar
	LIST
	[ -e /usr/include/stdio.h ] || echo libc6-dev
	[ -z "$LLVM" ] || command -v "$cc" >/dev/null || echo clang lld llvm
}

# The kernel's make, for $tree in $out
kmake()
{
	# shellcheck disable=SC2086 # one word an argument
	run make -s -C "$tree" "O=$out" ARCH=arm64 "CROSS_COMPILE=$CROSS_COMPILE" \
		${LLVM:+"LLVM=$LLVM"} "CC=${ccache}$cc" "HOSTCC=${ccache}$hostcc" LOCALVERSION= \
		KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_USER=gate KBUILD_BUILD_HOST=gate \
		${GATE_MAKE:-} "$@"
}

# build_failed LOG WHAT: ends the gate
build_failed()
{
	tail -n 30 "$1" | sed 's/^/    /' >&3
	full=$(disk_full)
	[ -z "$full" ] || die 128 "$full"
	! grep -q 'No space left on device' "$1" || die 128 "disk full: $2"
	die 125 "$2; the end of $1 is above"
}

# The kernel's makefiles cannot work in $1 if it has one.
without_space()
{
	case $1 in *[[:space:]]*) die 128 "no kernel can be built in or from '$1': it has a space" ;; esac
}

check_tree()
{
	for part in Makefile Kconfig scripts/kconfig; do
		[ -e "$tree/$part" ] || die 128 "$tree is no kernel tree: it has no $part"
	done
	for product in .config include/config include/generated arch/arm64/include/generated; do
		[ ! -e "$tree/$product" ] || die 128 "$tree was built in ($product is there), and" \
			"cannot be built elsewhere until: make -C $tree ARCH=arm64 mrproper"
	done
	[ -f "$tree/arch/arm64/kvm/Kconfig" ] ||
		die 125 "$tree has no KVM for arm64 (arch/arm64/kvm/Kconfig)"
	release=$(awk '$2 == "=" && /^(VERSION|PATCHLEVEL|SUBLEVEL) / { printf "%s%s", dot, $3; dot = "." }
		/^SUBLEVEL/ { exit }' "$tree/Makefile")
}

# Prints the options for a kernel of this release: "CONFIG_X=y", and "optional CONFIG_X=y"
# for those it need not take.
wanted_options()
{
	# shellcheck disable=SC2086 # one word an option
	printf '%s\n' ${GATE_CONFIG:-} | cat "$here/kernel.config" "$kvm/config" - | awk -v release="$release" '
		function newer(a, b,	x, y)	# by the first two numbers
		{
			split(a, x, ".")
			split(b, y, ".")
			return x[1] != y[1] ? x[1] + 0 > y[1] + 0 : x[2] + 0 > y[2] + 0
		}
		$2 == "since" { sub(":", "", $3); since[$4] = $3 }
		$2 == "until" { sub(":", "", $3); until[$4] = $3 }
		$2 == "before" { sub(":", "", $3); before[$4] = $3 }
		/^CONFIG_/ {
			split($0, option, "=")
			name = option[1]
			if (name in before && !newer(before[name], release))
				next
			optional = (name in since && newer(since[name], release)) ||
				(name in until && newer(release, until[name]))
			print (optional ? "optional " : "") $0
		}'
}

# Has nothing changed that .config was made of?
configured()
{
	cmp -s "$out/fragment" "$out/configured" && [ -e "$out/include/config/auto.conf.cmd" ] || return 1
	# The last build notes there which files it read, and this lists those that are newer or gone.
	# shellcheck disable=SC2016 # for the other shell
	newer=$(cd "$tree" && sed -n 's/^\t\(.*Kconfig.*\) \\$/\1/p' "$out/include/config/auto.conf.cmd" |
		xargs sh -c 'find "$@" -newer "$0" 2>&1' "$out/configured")
	[ -z "$newer" ]
}

configure()
{
	wanted_options >"$out/wanted"
	{
		sed 's/^optional //' "$out/wanted"
		echo "# $("$cc" --version | head -n 1)"
	} >"$out/fragment"
	! configured || return 0
	kmake KCONFIG_ALLCONFIG="$out/fragment" KCONFIG_CONFIG=.config.new allnoconfig \
		>"$out/build.log" 2>&1 || build_failed "$out/build.log" "cannot configure $release"
	missing=''
	while read -r option; do
		grep -qx "$option" "$out/.config.new" || missing="$missing $option"
	done <<-LIST
	$(grep -v '^optional ' "$out/wanted")
	LIST
	for option in $missing; do
		name=${option#CONFIG_}
		name=${name%%=*}
		if grep -rqxE "(menu)?config $name" --include='Kconfig*' "$tree"; then
			say "$option: Linux $release has it, but not in this configuration"
		else
			say "$option: Linux $release does not know it"
		fi
	done
	[ -z "$missing" ] || die 125 "$tree does not take what kernel.config and config ask for"
	mv "$out/.config.new" "$out/.config"
	cp "$out/fragment" "$out/configured"
}

build()
{
	say "building Linux $release of $tree in $out"
	start=$(date +%s)
	configure
	kmake -j"$(nproc)" Image >"$out/build.log" 2>&1 ||
		build_failed "$out/build.log" "Linux $release does not build"
	say "built in $(($(date +%s) - start)) s"
}

# Boots them all. Prints KTAP, a table, and what failed.
judge()
{
	run python3 "$here/cells.py" --suite "$root/build/install" \
		--kernels "$release=$out/arch/arm64/boot/Image" --hosts "$modes" --jobs "$jobs" \
		--silence "${VMTEST_TIMEOUT:-300}" ${test:+-t "$test"} $strict || rc=$?
	case $rc in
	0) say "$tree keeps the contract" ;;
	1) say "$tree breaks the contract" ;;
	2) die 125 "no verdict: a host did not come up, and none showed a failure" ;;
	4) die 125 "no verdict: every host skipped every subtest" ;;
	*) die 128 "nothing was tested, see above" ;;
	esac
	finish $rc
}

exec 3>&2
tree=${KDIR:-} modes=${GATE_MODES:-nvhe/2 vhe/3} test=${T:-}
jobs=${J:-$(nproc)} strict='' build_only='' child='' finished='' out=''
trap on_exit EXIT
while [ $# -gt 0 ]; do
	case $1 in
	-m | -t | -j)
		[ $# -ge 2 ] || die 128 "$1 needs an argument; -h lists the options"
		;;
	esac
	case $1 in
	-m) modes=$2; shift ;;
	-t) test=$2; shift ;;
	-j) jobs=$2; shift ;;
	-b) build_only=1 ;;
	--strict) strict=--strict ;;
	-h | --help) usage; finish 0 ;;
	-*) die 128 "unknown option '$1'; -h lists the options" ;;
	*) tree=$1 ;;
	esac
	shift
done
[ -n "$tree" ] || die 128 "which kernel tree? make gate KDIR=...; gate.sh -h explains"
[ -d "$tree" ] || die 128 "no directory $tree"
tree=$(cd "$tree" && pwd -P)
without_space "$tree"

# What make gate was called with is for the gate, not for the kernel's make.
unset KDIR MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
LLVM=${LLVM:-}
[ "$LLVM" != 0 ] || LLVM=''
llvm_prefix='' llvm_suffix=''
case $LLVM in
*/) llvm_prefix=$LLVM ;;
-*) llvm_suffix=$LLVM ;;
esac
[ "$(uname -m)" = aarch64 ] || CROSS_COMPILE=${CROSS_COMPILE:-aarch64-linux-gnu-}
CROSS_COMPILE=${CROSS_COMPILE:-}
cc=${CROSS_COMPILE}gcc hostcc=gcc
[ -z "$LLVM" ] || { cc=${llvm_prefix}clang$llvm_suffix; hostcc=$cc; }
ccache=''
! command -v ccache >/dev/null || ccache='ccache '
# Take the headers from the compiler's own list, which make has it write anyway: to
# preprocess each file for ccache costs a first build half as much again.
export CCACHE_DEPEND=1

trap 'on_signal HUP 1' HUP
trap 'on_signal INT 2' INT
trap 'on_signal TERM 15' TERM
check_tree
EXTRA_PACKAGES=$(missing_packages | xargs)
export EXTRA_PACKAGES
[ -n "$build_only" ] && step=setup || step=install
run "$here/kselftest.sh" "$step" || finish 128

key=$(basename "$tree")-$(echo "$tree $CROSS_COMPILE $LLVM" | cksum | cut -d ' ' -f 1)
out=${GATE_BUILD:-$root/build/gate}/$key
mkdir -p "$out" || die 128 "cannot write to $out"
out=$(cd "$out" && pwd -P)
without_space "$out"
exec 9>"$out/lock"
flock -n 9 || { say "waiting for another gate of this tree"; run flock 9; }
build
[ -z "$build_only" ] || { echo "$out/arch/arm64/boot/Image"; finish 0; }
judge
