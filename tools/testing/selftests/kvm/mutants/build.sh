#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# For mutants.sh: build a kernel in a copy of its source, then one kernel per
# mutant.
#
#	build.sh base SOURCE OUT	images/base in OUT
#	build.sh mutants OUT NAME...	images/NAME; print NAME when it is there,
#					or result/NAME says why not
#
# What is in OUT and still valid is kept, so an interrupted run goes on.
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

export KBUILD_BUILD_TIMESTAMP=@0 KBUILD_BUILD_USER=mutants KBUILD_BUILD_HOST=mutants

toolchain()
{
	if [ -z "${LLVM:-}" ] && [ -z "${CROSS_COMPILE:-}" ] && [ "$(uname -m)" != aarch64 ]; then
		export CROSS_COMPILE=aarch64-linux-gnu-
	fi
	[ -z "${LLVM:-}" ] && cc=${CROSS_COMPILE:-}gcc || cc=clang
	for tool in "$cc" make flex bison bc spatch rsync; do
		command -v "$tool" >/dev/null || die "$tool not found"
	done
	! command -v ccache >/dev/null || cc="ccache $cc"
}

build()
{
	setpriv --pdeathsig TERM make -s -j "$(nproc)" -C "$out/tree" O="$out/build" ARCH=arm64 \
		CC="$cc" "$@"
}

configure()
{
	build tinyconfig && cp "$out/build/.config" "$out/build/.tiny" || return 1
	(cd "$out/tree" && scripts/kconfig/merge_config.sh -m -O "$out/build" "$out/build/.tiny" \
		"$here/kernel.config" "$kvm/config" && build olddefconfig) || return 1
	! sed -n '/^CONFIG_/p' "$here/kernel.config" "$kvm/config" |
		grep -vxFf "$out/build/.config" | sed 's/$/: not in this configuration/' | grep .
}

# The state of a source tree, without reading all of it
tree_id()
{
	{
		(cd "$1" && find . -name .git -prune -o ! -type d -printf '%P %s %T@\n') | LC_ALL=C sort
		cat "$here/kernel.config" "$kvm/config"
		$cc --version
	} | sha256sum | cut -c 1-32
}

is_valid()
{
	[ -e "$out/images/$1" ] && [ "$(cat "$out/images/$1.id" 2>/dev/null)" = "$2" ]
}

keep()
{
	if ! cp "$out/build/arch/arm64/boot/Image" "$out/images/new" ||
		! mv "$out/images/new" "$out/images/$1" || ! echo "$2" >"$out/images/$1.id"; then
		die "cannot write $out/images/$1"
	fi
}

build_base()
{
	id=$(tree_id "$src")
	! is_valid base "$id" || return 0
	echo "mutants: building $src" >&2
	start=$(date +%s)
	rm -rf "$out/tree" "$out/build" "$out/images" "$out/changed"
	mkdir -p "$out/build" "$out/images" "$out/logs" "$out/results" || die "cannot write to $out"
	rsync -rlp --exclude=/.git "$src/" "$out/tree/" || die "cannot copy $src"
	# The copy of a tree that somebody has built in
	if [ -e "$out/tree/.config" ] || [ -d "$out/tree/include/config" ]; then
		make -s -C "$out/tree" ARCH=arm64 mrproper || die "cannot clean the copy of $src"
	fi
	for step in configure "build Image"; do
		$step >"$out/logs/base" 2>&1 || {
			tail -n 20 "$out/logs/base" >&2
			die "$src does not build; all of it is in $out/logs/base"
		}
	done
	keep base "$id"
	echo "mutants: built in $(($(date +%s) - start)) s" >&2
}

# Time stamps tell make what to build: an unchanged file keeps its own, and one
# that is put back must look new.
put()
{
	cmp -s "$1" "$2" || cp "$1" "$2"
}

restore()
{
	[ -e "$out/changed" ] || return 0
	while read -r file; do
		put "$out/original/$file" "$out/tree/$file"
	done <"$out/changed"
	rm -rf "$out/changed" "$out/original"
}

# mutate NAME: 3, it does not apply
mutate()
{
	rm -rf "$out/new"
	mkdir "$out/new"
	apply "$1" "$out/tree" "$out/new" || return 3
	(cd "$out/new" && find . -type f) >"$out/changing"
	while read -r file; do
		mkdir -p "$out/original/${file%/*}"
		cp "$out/tree/$file" "$out/original/$file"
	done <"$out/changing"
	mv "$out/changing" "$out/changed"
	while read -r file; do
		put "$out/new/$file" "$out/tree/$file"
	done <"$out/changed"
	build Image
}

build_mutant()
{
	id=$(cat "$out/images/base.id" "$here/$1.cocci" | sha256sum | cut -c 1-32)
	rm -f "$out/results/$1"
	if is_valid "$1" "$id"; then
		echo "$1"
		return
	fi
	if ! exists_in "$1" "$release"; then
		echo "n/a" >"$out/results/$1"
		return
	fi
	rc=0
	mutate "$1" >"$out/logs/$1" 2>&1 || rc=$?
	case $rc in
	0)
		keep "$1" "$id"
		echo "$1"
		;;
	3) echo "DOES NOT APPLY" >"$out/results/$1" ;;
	*) echo "DOES NOT BUILD" >"$out/results/$1" ;;
	esac
	restore
}

toolchain
case $1 in
base)
	src=$2 out=$3
	restore
	build_base
	;;
mutants)
	out=$2
	shift 2
	restore
	release=$(release_of "$out/tree")
	for name in "$@"; do
		build_mutant "$name"
	done
	;;
esac
