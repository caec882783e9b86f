#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Put this suite in place of a kernel tree's own kvm selftests.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
kvm=$(dirname "$here")
root=$(cd "$here/../../../../.." && pwd -P)
# shellcheck source-path=SCRIPTDIR source=tree.sh
. "$here/tree.sh"

usage()
{
	cat <<-USAGE
	Usage: overlay.sh KDIR [DEST]
	Makes DEST, a copy of the kernel tree KDIR whose $KVM is
	this suite; by default build/overlay-VERSION. Of a git tree, DEST is a worktree of
	its HEAD with the suite committed on top; remove it with git worktree remove.
	With DEST the same as KDIR, that tree itself is changed, of which git must have
	everything.
	Exit code: 0, or 2 with nothing changed.
	USAGE
}

# The suite in place of $1/$KVM
put()
{
	# Neither machines nor kernel damage are of use in there.
	rsync -a --delete --exclude=/vmtest --exclude=/mutants --exclude='*.[od]' \
		"$kvm/" "$1/$KVM/"
}

# $tree in $dest, without what a build in there has left: with that, make O= refuses
# to work
copy()
{
	if is_git "$tree"; then
		git -C "$tree" worktree add -q --detach "$dest" HEAD
		return
	fi
	rsync -a --exclude=/.git --exclude='*.[oad]' --exclude='*.ko' --exclude='.*.cmd' \
		--exclude=/.config --exclude=/vmlinux --exclude=/include/config \
		--exclude=/include/generated --exclude='/arch/*/include/generated' "$tree/" "$dest/"
}

commit()
{
	git -C "$dest" add -A -f $KVM
	git -C "$dest" -c user.name=overlay.sh -c user.email= commit -q --no-verify --no-gpg-sign \
		--allow-empty -m "The suite in place of $KVM"
}

# Undo what copy() has begun
drop()
{
	if is_git "$dest"; then
		git -C "$tree" worktree remove --force "$dest"
	else
		rm -rf "$dest"
	fi
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
esac
[ $# -le 2 ] || { usage >&2; exit 2; }
command -v rsync >/dev/null || die "rsync not found"
need_tree "${1:-}"
dest=${2:-$root/build/overlay-$version}

if [ -d "$dest" ] && [ "$(cd "$dest" && pwd -P)" = "$tree" ]; then
	is_git "$tree" || die "$tree is not in git, so there would be no way back: give another DEST"
	need_unchanged "$tree" $KVM
	put "$tree"
elif [ -e "$dest" ]; then
	die "$dest exists already"
else
	mkdir -p "$dest"
	dest=$(cd "$dest" && pwd -P)
	trap 'drop' EXIT
	trap 'exit 2' HUP INT TERM
	case $dest in "$tree"/*) die "$dest is inside of $tree" ;; esac
	copy
	put "$dest"
	! is_git "$dest" || commit
	trap - EXIT HUP INT TERM
fi

cat <<EOF
$dest: Linux $version with this suite as $KVM. Try
  make -C $dest/$SELFTESTS install TARGETS=kvm ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- O=...
EOF
