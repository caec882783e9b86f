#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Add the tests, and of the library what upstream's lacks, to a kernel tree's own
# kvm selftests, on upstream's kvm_util.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
kvm=$(dirname "$here")
root=$(cd "$here/../../../../.." && pwd -P)
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

# note NAME COMMAND...: COMMAND writes $state/new, which becomes NAME if all of it is there
note()
{
	name=$1
	shift
	"$@"
	mv "$state/new" "$state/$name"
}

add()
{
	need_ungrafted
	hook_makefile "$work/lib" "$work/programs" >"$work/Makefile"
	hook_gitignore "$work/programs" >"$work/gitignore"
	cat "$work/programs" "$work/lib" "$work/include" >"$work/all"

	mkdir "$state" || die "cannot write to $tree"
	trap 'unhook; rm -rf "$work"; exit 2' EXIT
	note Makefile.orig cp -p "$tree/$makefile" "$state/new"
	note gitignore.orig cp -p "$tree/$KVM/.gitignore" "$state/new"
	cut -d ' ' -f 2 "$work/all" >"$work/added"
	note added cp "$work/added" "$state/new"
	put "$work/all" "$tree"
	cat "$work/Makefile" >"$tree/$makefile"
	cmp -s "$work/gitignore" "$tree/$KVM/.gitignore" ||
		cat "$work/gitignore" >"$tree/$KVM/.gitignore"
	# shellcheck disable=SC2046 # one argument a file
	sums "$makefile" $KVM/.gitignore $(cat "$state/added") >"$work/sums"
	note sums cp "$work/sums" "$state/new"
	trap 'rm -rf "$work"' EXIT
	echo "$tree: Linux $version with $(wc -l <"$work/programs") more programs in $KVM/$arch"
}

# Back to what is in $state, which may have been interrupted
unhook()
{
	[ ! -e "$state/added" ] || while read -r dest; do
		rm -f "$tree/$dest"
	done <"$state/added"
	for file in "$makefile:Makefile" "$KVM/.gitignore:gitignore"; do
		orig=$state/${file#*:}.orig
		[ -e "$orig" ] || continue
		cmp -s "$orig" "$tree/${file%:*}" || cat "$orig" >"$tree/${file%:*}"
		touch -r "$orig" "$tree/${file%:*}"
	done
	rm -r "$state"
}

remove()
{
	[ -e "$state" ] || die "$tree is not grafted"
	if [ -e "$state/sums" ] &&
		! (cd "$tree" && sha256sum -c --quiet "$state/sums" >"$work/changed" 2>/dev/null); then
		die "changed since they were grafted, move your changes away first:
$(sed -n 's/: FAILED.*//p' "$work/changed")"
	fi
	unhook
	echo "$tree: as it was before the graft"
}

# To stdout, for each file to add: the name of the patch that adds it, where it comes
# from, where it goes to; in the order of the patches. A patch has a header and what goes
# with it, or a program; it comes after those that have what it includes.
order()
{
	sed 's/^/program /' "$work/programs" >"$work/all"
	sed 's/^/library /' "$work/lib" "$work/include" >>"$work/all"
	awk -v kvm="$kvm/" '
		# The patch of file f
		function patch_of(f,  stem) {
			stem = f
			sub(/\.[^.]*$/, "", stem)
			if (kind[f] == "program" || !first[f] ||
			    (f ~ /\.h$/ && (stem ".c" in from)) || (f ~ /\.c$/ && (stem ".h" in from)))
				return stem
			return patch_of(first[f])
		}
		function emit(p,  i, j, n, f, includes) {
			if (done[p]++)
				return
			for (i = 1; i <= nr; i++) {
				f = files[i]
				if (patch_of(f) != p)
					continue
				n = split(needs[f], includes)
				for (j = 1; j <= n; j++)
					emit(patch_of(includes[j]))
			}
			for (i = 1; i <= nr; i++) {
				if (patch_of(files[i]) == p)
					print p, from[files[i]], dest[files[i]]
			}
		}
		{
			f = $2
			sub(/.*\//, "", f)
			files[++nr] = f
			kind[f] = $1
			from[f] = $2
			dest[f] = $3
		}
		END {
			for (i = 1; i <= nr; i++) {
				f = files[i]
				while ((getline line <(kvm from[f])) > 0) {
					if (line !~ /^#include "/)
						continue
					split(line, part, "\"")
					if (!(part[2] in from))
						continue
					needs[f] = needs[f] " " part[2]
					if (!first[f])
						first[f] = part[2]
				}
			}
			for (i = 1; i <= nr; i++)
				emit(patch_of(files[i]))
		}' "$work/all"
}

# To stdout: the words of the comment at the top of file $1
comment()
{
	awk 'NR > 1 && /^\/\*$/ { on = 1; next }
		on && /\*\/$/ { exit }
		on { sub(/^ \* ?/, ""); print }' "$kvm/$1" >"$work/comment"
	# A list keeps its lines.
	split=''
	! grep -q '^- ' "$work/comment" || split=-s
	fmt $split -w 72 "$work/comment"
}

# To stdout: the subtests of program $1
subtests()
{
	tr '\n' ' ' <"$kvm/$1" | tr -s ' \t' ' ' |
		grep -oE '(TIMER_SUBTESTS\(|\{ )"[A-Z]+-[0-9][^"]*", "[^"]*"' |
		sed 's/^[^"]*"//; s/", "/: /; s/"$//' | fold -s -w 70 | sed 's/^/  /; s/ *$//'
}

# To stdout: the commit message of patch $1, whose files $work/patch lists
message()
{
	read -r _ from dest <"$work/patch"
	if [ "${dest%/*}" = $KVM/$arch ]; then
		printf 'KVM: selftests: arm64: Add %s\n\n' "$1"
		comment "$from"
		printf '\nSubtests, those of a timer for each of the two:\n\n'
		subtests "$from"
	else
		printf 'KVM: selftests: arm64: Add %s to the library\n\n' "$1"
		comment "$(cut -d ' ' -f 2 "$work/patch" | grep "/$1\.h$")"
	fi
	printf '\nSigned-off-by: %s\n' "$(git -C "$tree" var GIT_COMMITTER_IDENT | sed 's/>.*/>/')"
}

# Put file $1 into the index as $2
stage()
{
	blob=$(git -C "$tree" hash-object -w --no-filters "$1")
	git -C "$tree" update-index --add --cacheinfo "100644,$blob,$2"
}

# Whom the patches concern, as options $1 for git format-patch; the other arguments say
# what get_maintainer.pl is to leave out
recipients()
{
	option=$1
	shift
	(
		cd "$tree" && perl scripts/get_maintainer.pl --no-git --no-git-fallback \
			--no-rolestats "$@" "$work/diff" 2>/dev/null
	) | sed "s/^/$option=/"
}

# To stdout: what the cover letter says
blurb()
{
	cat <<-EOF
	A KVM/arm64 VM may have its interrupt controller in userspace. KVM then
	tells userspace the output levels of the devices it emulates itself, the
	virtual timer, the physical timer and the PMU, in
	run->s.regs.device_irq_level, and makes KVM_RUN return when one changes
	(KVM_CAP_ARM_USER_IRQ).

	No selftest looks at that so far, and WFI in such VMs was broken for
	years before somebody noticed (4ce98bf0865c). These do, promise by
	promise: $(wc -l <"$work/programs") programs with $(
		while read -r from _; do
			subtests "$from" | sed '/^  [A-Z]*-[0-9]/!d'
		done <"$work/programs" | wc -l
	) rows, each of which is a subtest or,
	where it is about a timer, two. A subtest runs in a process of its own
	under a watchdog and gives one KTAP line, and a failure comes with the
	last returns of KVM_RUN.

	The tests need no particular hardware, and no time is a verdict: they
	pass on CPUs that QEMU emulates, with vhe and nvhe.

	Known to fail, sometimes or always, on every kernel so far:

	EOF
	awk '!/^#/ && ($4 == "open" || $4 == "racy") {
		words = $5
		for (i = 6; i <= NF; i++)
			words = words " " $i
		sub(/^[AB][0-9]*: /, "", words)
		print "  " $1 ": " words
	}' "$here/known-bugs" | fold -s -w 72
}

# Write the commits as patches to directory $out
series()
{
	git -C "$tree" diff "$base" "$head" >"$work/diff"
	{
		recipients --to --no-l
		recipients --cc --no-m --no-r
	} >"$work/options"
	blurb >"$work/blurb"
	# A line is an option.
	IFS='
'
	mkdir -p "$out"
	out=$(cd "$out" && pwd -P)
	# shellcheck disable=SC2046
	git -C "$tree" format-patch -q --cover-letter --base="$base" -o "$out" \
		$(cat "$work/options") "$base..$head"
	sed -i -e 's/\*\*\* SUBJECT HERE \*\*\*/KVM: selftests: arm64: Test VMs without an irqchip/' \
		-e "/\*\*\* BLURB HERE \*\*\*/{r $work/blurb
		d}" "$out/0000-cover-letter.patch"
	echo "$out: $(find "$out" -name '*.patch' | wc -l) patches to Linux $version"
}

# No file of the tree is touched: the commits are made from an index of their own, and
# no branch has them.
patches()
{
	is_git "$tree" || die "$tree is not in git"
	git -C "$tree" var GIT_COMMITTER_IDENT >/dev/null || die "git does not know who you are"
	out=${1:-$root/build/patches-$version}
	[ ! -e "$out" ] || die "$out exists already"
	need_ungrafted
	order >"$work/order"

	GIT_INDEX_FILE=$work/index
	export GIT_INDEX_FILE
	base=$(git -C "$tree" rev-parse HEAD)
	head=$base
	git -C "$tree" read-tree "$base"
	: >"$work/lib"
	: >"$work/programs"
	for name in $(cut -d ' ' -f 1 "$work/order" | uniq); do
		grep "^$name " "$work/order" >"$work/patch"
		while read -r _ from dest; do
			stage "$kvm/$from" "$dest"
			list=lib
			[ "${dest%/*}" != "$KVM/$arch" ] || list=programs
			echo "$from $dest" >>"$work/$list"
		done <"$work/patch"
		hook_makefile "$work/lib" "$work/programs" >"$work/Makefile"
		stage "$work/Makefile" "$makefile"
		hook_gitignore "$work/programs" >"$work/gitignore"
		stage "$work/gitignore" $KVM/.gitignore
		message "$name" >"$work/message"
		head=$(git -C "$tree" commit-tree -p "$head" -F "$work/message" \
			"$(git -C "$tree" write-tree)")
	done
	series
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
patches) patches "${3:-}" ;;
esac
