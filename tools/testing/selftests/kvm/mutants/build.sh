#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# For mutants.sh: build a kernel in a copy of its source, then one kernel per
# mutant.
#
#	build.sh base SOURCE OUT	images/base in OUT
#	build.sh mutants OUT NAME...	images/NAME; print NAME when it is there,
#					or results/NAME says why not; at the end,
#					built
#
# What is in OUT and still valid is kept, so an interrupted run goes on.
set -eu

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

# build: the kernel of $out/tree, by the gate; prints the path of its Image
build()
{
	GATE_BUILD=$out/build setpriv --pdeathsig TERM "$kvm/vmtest/gate.sh" -b "$out/tree"
}

# The state of a source tree, without reading all of it
tree_id()
{
	(cd "$1" && find . -name .git -prune -o ! -type d -printf '%P %s %T@\n') | LC_ALL=C sort |
		sha256sum
}

is_valid()
{
	[ -e "$out/images/$1" ] && [ "$(cat "$out/images/$1.id" 2>/dev/null)" = "$2" ]
}

# keep NAME ID IMAGE
keep()
{
	if ! cp "$3" "$out/images/new" || ! mv "$out/images/new" "$out/images/$1" ||
		! echo "$2" >"$out/images/$1.id"; then
		die "cannot write $out/images/$1"
	fi
}

copy_tree()
{
	id=$(tree_id "$src")
	[ "$(cat "$out/tree.id" 2>/dev/null)" != "$id" ] || return 0
	echo "mutants: copying $src" >&2
	rm -rf "$out/tree" "$out/tree.id" "$out/build" "$out/images" "$out/changed"
	mkdir -p "$out/images" "$out/logs" "$out/results" || die "cannot write to $out"
	rsync -rlp --exclude=/.git "$src/" "$out/tree/" || die "cannot copy $src"
	# The copy of a tree that somebody has built in
	if [ -e "$out/tree/.config" ] || [ -d "$out/tree/include/config" ]; then
		make -s -C "$out/tree" ARCH=arm64 mrproper || die "cannot clean the copy of $src"
	fi
	echo "$id" >"$out/tree.id"
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
	mkdir "$out/new" || return 128
	apply "$1" "$out/tree" "$out/new" || return 3
	(cd "$out/new" && find . -type f) >"$out/changing"
	while read -r file; do
		mkdir -p "$out/original/${file%/*}" &&
			cp "$out/tree/$file" "$out/original/$file" || return 128
	done <"$out/changing"
	mv "$out/changing" "$out/changed"
	while read -r file; do
		put "$out/new/$file" "$out/tree/$file"
	done <"$out/changed"
	build
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
	restore
	case $rc in
	0)
		keep "$1" "$id" "$(tail -n 1 "$out/logs/$1")"
		echo "$1"
		;;
	3) echo "DOES NOT APPLY" >"$out/results/$1" ;;
	125) echo "DOES NOT BUILD" >"$out/results/$1" ;;
	*)
		tail -n 5 "$out/logs/$1" >&2
		die "$1 cannot be built; all of it is in $out/logs/$1"
		;;
	esac
}

command -v spatch >/dev/null || die "spatch not found"
case $1 in
base)
	src=$2 out=$3
	copy_tree
	restore
	image=$(build) || die "$src does not build"
	keep base "$(sha256sum <"$image" | cut -c 1-32)" "$image"
	;;
mutants)
	out=$2
	shift 2
	restore
	release=$(release_of "$out/tree")
	for name in "$@"; do
		build_mutant "$name"
	done
	touch "$out/built"
	;;
esac
