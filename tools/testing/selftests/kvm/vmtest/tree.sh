# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What overlay.sh and graft.sh both have to know of a kernel tree.

SELFTESTS=tools/testing/selftests
KVM=$SELFTESTS/kvm
OLDEST=6.1

die()
{
	echo "$(basename "$0"): $*" >&2
	exit 2
}

# True if $1 is the top of a git working tree
is_git()
{
	[ -e "$1/.git" ] && command -v git >/dev/null
}

# Sets $tree, an absolute path, and $version: the kernel tree in directory $1
need_tree()
{
	[ -n "$1" ] || die "which kernel tree? KDIR=<directory>"
	[ -d "$1" ] || die "there is no directory $1"
	tree=$(cd "$1" && pwd -P)
	version=$(sed -n 's/^\(VERSION\|PATCHLEVEL\) = \([0-9]*\)$/\2/p' "$tree/Makefile" \
		2>/dev/null | xargs | tr ' ' .)
	case $version in
	[0-9]*.[0-9]*) ;;
	*) die "$tree is no kernel tree: its Makefile has no version" ;;
	esac
	[ "$(printf '%s\n' $OLDEST "$version" | sort -V | head -n 1)" = $OLDEST ] ||
		die "$tree is Linux $version: too old, this needs $OLDEST at least"
	for file in $SELFTESTS/lib.mk $KVM/Makefile $KVM/lib/kvm_util.c; do
		[ -e "$tree/$file" ] || die "$tree is Linux $version, but has no $file"
	done
}

# Fails if git knows of local changes in the files and directories $2... of tree $1
need_unchanged()
{
	is_git "$1" || return 0
	where=$1
	shift
	changes=$(git -C "$where" status --porcelain --untracked-files=all -- "$@") ||
		die "git cannot tell whether $where has local changes"
	[ -z "$changes" ] || die "local changes in $where, commit or stash them first:
$changes"
}
