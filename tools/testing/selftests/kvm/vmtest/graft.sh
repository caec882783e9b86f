#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Add the tests, and of the library what upstream's lacks, to a kernel tree's own
# kvm selftests, on upstream's kvm_util.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
kvm=$(dirname "$here")
# shellcheck source-path=SCRIPTDIR source=tree.sh
. "$here/tree.sh"

usage()
{
	cat <<-USAGE
	Usage: graft.sh add KDIR            into the kernel tree KDIR
	       graft.sh remove KDIR         undo that, byte for byte
	       graft.sh patches KDIR [OUT]  the same as a series of patches to the HEAD of the git
	                                    tree KDIR, which stays as it is; by default into
	                                    build/patches-VERSION
	Exit code: 0, or 2 with nothing changed.
	USAGE
}

# What the Makefile of the suite sets $1 to
ours()
{
	sed -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' "$kvm/Makefile" |
		sed -n "s/^$1 *[:+]*= *//p" | xargs -n 1
}

# True if upstream's library has a file of the name of $1
upstream_has()
{
	for dir in include "include/$arch" lib "lib/$arch"; do
		[ ! -e "$tree/$KVM/$dir/$(basename "$1")" ] || return 0
	done
	return 1
}

# Sets what is known of the layout of $tree, and writes to $work/files a line for each
# file to add: where it comes from, where it goes to
survey()
{
	arch=aarch64
	[ ! -d "$tree/$KVM/lib/arm64" ] || arch=arm64
	makefile=$KVM/Makefile
	[ ! -e "$tree/$KVM/Makefile.kvm" ] || makefile=$KVM/Makefile.kvm
	state=$tree/$KVM/.graft
	for list in LIBKVM TEST_GEN_PROGS; do
		grep -q "^${list}_$arch += " "$tree/$makefile" ||
			die "$tree/$makefile has no list ${list}_$arch: a layout not known here"
	done
	[ -d "$tree/$KVM/include/$arch" ] || die "$tree has no $KVM/include/$arch"

	for file in $(ours TEST_GEN_PROGS); do
		echo "$file.c $KVM/$arch/$(basename "$file").c"
	done >"$work/programs"
	for file in $(ours LIBKVM) $(cd "$kvm" && echo lib/aarch64/*.h); do
		upstream_has "$file" || echo "$file $KVM/lib/$arch/$(basename "$file")"
	done >"$work/lib"
	for file in $(cd "$kvm" && echo include/*.h include/aarch64/*.h); do
		upstream_has "$file" || echo "$file $KVM/include/$arch/$(basename "$file")"
	done >"$work/include"
}

# Refuses unless $tree is as upstream left it where the graft goes
need_ungrafted()
{
	[ ! -e "$state" ] || die "$tree is grafted already; graft.sh remove undoes it"
	while read -r _ dest; do
		[ ! -e "$tree/$dest" ] || die "$tree has a file $dest: grafted already?"
	done <"$work/programs"
	need_unchanged "$tree" "$makefile" $KVM/.gitignore
}

# The lines that list stdin, files, in make variable $1
listed()
{
	sed "s,^,$1 += ,"
}

# To stdout: the tree's Makefile with the libraries and programs of the files $1 and $2
hook_makefile()
{
	sed -n "s,.* $KVM/\(.*\.c\)$,\1,p" "$1" | sort | listed LIBKVM_USER_IRQ >"$work/l"
	sed -n "s,.* $KVM/\(.*\)\.c$,\1,p" "$2" | sort | listed TEST_GEN_PROGS_USER_IRQ >"$work/p"
	echo "LIBKVM_$arch += \$(LIBKVM_USER_IRQ)" >>"$work/l"
	[ ! -s "$work/p" ] || echo "TEST_GEN_PROGS_$arch += \$(TEST_GEN_PROGS_USER_IRQ)" >>"$work/p"

	# Linux 6.1 builds a program in one go, and asks each source for _GNU_SOURCE.
	# shellcheck disable=SC2016 # for make
	flags=-mgeneral-regs-only built='$(addsuffix .o,$(TEST_GEN_PROGS_USER_IRQ))'
	# shellcheck disable=SC2016
	grep -q TEST_GEN_OBJ "$tree/$makefile" || built='$(TEST_GEN_PROGS_USER_IRQ)'
	grep -q _GNU_SOURCE "$tree/$SELFTESTS/lib.mk" || flags="$flags -D_GNU_SOURCE="

	awk -v arch="$arch" -v lib="$work/l" -v programs="$work/p" '
		function paste(file,  line) {
			while ((getline line <file) > 0)
				print line
		}
		# Each list goes after the last line of upstream'\''s.
		{ text[NR] = $0 }
		index($0, "LIBKVM_" arch " += ") == 1 { last_lib = NR }
		index($0, "TEST_GEN_PROGS_" arch " += " arch "/") == 1 { last_program = NR }
		END {
			for (i = 1; i <= NR; i++) {
				print text[i]
				if (i == last_lib) {
					print ""
					paste(lib)
				}
				if (i == last_program)
					paste(programs)
			}
		}' "$tree/$makefile"
	cat <<-EOF

	# Guest code and host code share these files; exceptions save no FP registers.
	\$(addprefix \$(OUTPUT)/,\$(LIBKVM_USER_IRQ:.c=.o)): private CFLAGS += $flags
	EOF
	[ ! -s "$work/p" ] || cat <<-EOF
	\$(addprefix \$(OUTPUT)/,$built): private CFLAGS += $flags
	EOF
}

# To stdout: the tree's .gitignore with the programs of file $1, if it names programs
hook_gitignore()
{
	if ! grep -q "^/$arch/" "$tree/$KVM/.gitignore"; then
		cat "$tree/$KVM/.gitignore"
		return
	fi
	sed -n "s,.* $KVM\(/.*\)\.c$,\1,p" "$1" | sort >"$work/p"
	awk -v arch="/$arch/" -v programs="$work/p" '
		function paste(line) {
			while ((getline line <programs) > 0)
				print line
		}
		index($0, arch) == 1 { named = 1 }
		named && !done && (index($0, arch) != 1 || $0 > arch "user_irq") { paste(); done = 1 }
		{ print }' "$tree/$KVM/.gitignore"
}

# Put the files that the list $1 names into directory $2
put()
{
	while read -r from dest; do
		mkdir -p "$2/$(dirname "$dest")"
		cp "$kvm/$from" "$2/$dest"
		chmod 644 "$2/$dest"
	done <"$1"
}

sums()
{
	(cd "$tree" && sha256sum -- "$@")
}

add()
{
	need_ungrafted
	hook_makefile "$work/lib" "$work/programs" >"$work/Makefile"
	hook_gitignore "$work/programs" >"$work/gitignore"
	cat "$work/programs" "$work/lib" "$work/include" >"$work/all"

	mkdir "$state"
	trap 'unhook; rm -rf "$work"' EXIT
	cp -p "$tree/$makefile" "$state/Makefile.orig"
	cp -p "$tree/$KVM/.gitignore" "$state/gitignore.orig"
	cut -d ' ' -f 2 "$work/all" >"$state/added"
	put "$work/all" "$tree"
	cat "$work/Makefile" >"$tree/$makefile"
	cmp -s "$work/gitignore" "$tree/$KVM/.gitignore" ||
		cat "$work/gitignore" >"$tree/$KVM/.gitignore"
	# shellcheck disable=SC2046 # one argument a file
	sums "$makefile" $KVM/.gitignore $(cat "$state/added") >"$state/sums"
	trap 'rm -rf "$work"' EXIT
	echo "$tree: Linux $version with $(wc -l <"$work/programs") more programs in $KVM/$arch"
}

# Back to what is in $state
unhook()
{
	while read -r dest; do
		rm -f "$tree/$dest"
	done <"$state/added"
	for file in "$makefile:Makefile" "$KVM/.gitignore:gitignore"; do
		orig=$state/${file#*:}.orig
		cmp -s "$orig" "$tree/${file%:*}" || cat "$orig" >"$tree/${file%:*}"
		touch -r "$orig" "$tree/${file%:*}"
	done
	rm -r "$state"
}

remove()
{
	[ -e "$state/sums" ] || die "$tree is not grafted"
	(cd "$tree" && sha256sum -c --quiet "$state/sums" >"$work/changed" 2>/dev/null) ||
		die "changed since they were grafted, move your changes away first:
$(sed -n 's/: FAILED.*//p' "$work/changed")"
	unhook
	echo "$tree: as it was before the graft"
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
add | remove) [ $# -eq 2 ] || { usage >&2; exit 2; } ;;
patches) [ $# -eq 2 ] || [ $# -eq 3 ] || { usage >&2; exit 2; } ;;
*)
	usage >&2
	exit 2
	;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
need_tree "$2"
survey
case $1 in
add) add ;;
remove) remove ;;
esac
