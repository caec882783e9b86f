#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Build and install the suite with the kernel's kselftest framework, and run it:
# on an arm64 machine with /dev/kvm right here, elsewhere in QEMU.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
kvm=$(dirname "$here")
root=$(cd "$here/../../../../.." && pwd -P)
build=$root/build
series=7.3

usage()
{
	cat <<-USAGE
	Usage: kselftest.sh setup     install missing Debian packages (as root; else name them)
	       kselftest.sh install   build the suite into build/install
	       kselftest.sh run       both, then run it on Linux $series, nVHE and VHE
	Environment: KDIR, a kernel tree whose kselftest framework to use; V=1, show commands;
	EXTRA_PACKAGES, Debian packages to install too.
	Exit code: 0 pass, 1 a test failed, 2 no verdict, 4 all skipped.
	USAGE
}

die()
{
	echo "kselftest: $*" >&2
	exit 2
}

native()
{
	[ "$(uname -m)" = aarch64 ] && [ -e /dev/kvm ]
}

# Debian packages, by the command or file that shows that they are there
missing_packages()
{
	while read -r package what; do
		case $what in
		/*) [ -e "$what" ] || echo "$package" ;;
		*) command -v "$what" >/dev/null || echo "$package" ;;
		esac
	done <<-LIST
	make make
	python3 python3
	perl perl
	rsync rsync
	xz-utils xz
	util-linux setpriv
	debian-archive-keyring /usr/share/keyrings/debian-archive-keyring.gpg
	LIST
	if [ "$(uname -m)" = aarch64 ]; then
		command -v gcc >/dev/null || echo gcc libc6-dev
	else
		command -v aarch64-linux-gnu-gcc >/dev/null || echo gcc-aarch64-linux-gnu
		[ -e /usr/aarch64-linux-gnu/lib/libc.a ] || echo libc6-dev-arm64-cross
	fi
	echo "${EXTRA_PACKAGES:-}"
	native && return
	command -v qemu-system-aarch64 >/dev/null || echo qemu-system-arm
	command -v bsdtar >/dev/null || echo libarchive-tools
	command -v fdtput >/dev/null || echo device-tree-compiler
}

setup()
{
	packages=$(missing_packages | xargs)
	[ -n "$packages" ] || return 0
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		die "missing packages; as root: apt-get install $packages"
	fi
	echo "kselftest: installing $packages" >&2
	apt-get update -q >&2 || exit 2
	# shellcheck disable=SC2086 # a list
	DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $packages >&2 ||
		exit 2
}

# The framework of KDIR or of Debian's linux-source, with our directory in it
make_tree()
{
	if [ -n "${KDIR:-}" ]; then
		[ -e "$KDIR/tools/testing/selftests/lib.mk" ] || die "KDIR=$KDIR is no kernel tree"
		framework=$KDIR
	else
		framework=$("$here/fetch.sh" source $series) || exit 2
	fi
	tree=$build/tree
	if ! mkdir -p "$tree/tools/testing/selftests" ||
		! rsync -a --delete "$framework/scripts" "$tree/" ||
		! rsync -a --delete --delete-excluded --include='/*.h' --include='/*.mk' \
			--include='/*.sh' --include=/Makefile --include='/kselftest*/***' --exclude='*' \
			--filter='P /kvm' "$framework/tools/testing/selftests/" \
			"$tree/tools/testing/selftests/" ||
		! rsync -a --delete --exclude=/vmtest --exclude=/mutants "$kvm/" \
			"$tree/tools/testing/selftests/kvm/" ||
		! rm -rf "$build/install"; then
		die "cannot write to $build"
	fi
}

install_suite()
{
	case $root in
	*[[:space:]]*) die "the kernel's makefiles cannot work in '$root': it has a space" ;;
	esac
	make_tree
	cross=${CROSS_COMPILE:-}
	[ "$(uname -m)" = aarch64 ] || cross=${cross:-aarch64-linux-gnu-}
	if ! make -C "$tree/tools/testing/selftests" install TARGETS=kvm FORCE_TARGETS=1 ARCH=arm64 \
		CROSS_COMPILE="$cross" O="$build/out" KSFT_INSTALL_PATH="$build/install" \
		V="${V:-}" >"$build/install.log" 2>&1; then
		cat "$build/install.log" >&2
		die "the suite does not build"
	fi
	echo "kselftest: installed in build/install" >&2
}

# No verdict is worse than a failure, a failure worse than a pass or a skip.
worse()
{
	for code in 2 1 0 4; do
		for c in "$1" "$2"; do
			[ "$c" -ne $code ] || { echo $code; return; }
		done
	done
}

run_suite()
{
	if native; then
		# KVM says at boot how it runs; the log may have lost that since.
		mode=$(dmesg 2>/dev/null | sed -n 's/.*kvm \[1\]: \(.*\) mode initialized.*/\1/p' |
			tr '[:upper:]' '[:lower:]' | sed 's/.*protected.*/pkvm/; s/^hyp\( nvhe\)*$/nvhe/')
		"$build/install/run_kselftest.sh" -c kvm | python3 "$here/ktap.py" \
			--known-bugs "$here/known-bugs" --native "$(uname -r),${mode:-unknown}"
		return
	fi
	result=4
	for mode in nvhe vhe; do
		rc=0
		setpriv --pdeathsig TERM "$here/vmtest.sh" -k $series -m $mode || rc=$?
		case $rc in 0 | 1 | 4) ;; *) rc=2 ;; esac
		result=$(worse "$result" "$rc")
	done
	return "$result"
}

case ${1:-} in
setup) setup ;;
install)
	setup
	install_suite
	;;
run)
	setup
	install_suite
	run_suite
	;;
-h | --help) usage ;;
*)
	usage >&2
	exit 2
	;;
esac
