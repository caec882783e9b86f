#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# graft.sh: the tests on upstream's kvm_util build without a warning, give the
# results that they give on ours, and go as they came; and what is refused.
# Usage: graft.sh VMTEST
set -u

vmtest=$(dirname "$1")
graft=$vmtest/graft.sh
root=$(cd "$vmtest/../../../../.." && pwd -P)
KVM=tools/testing/selftests/kvm
program=user_irq_cap
failed=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
cross=''
[ "$(uname -m)" = aarch64 ] || cross=aarch64-linux-gnu-

# not_ok MESSAGE [LOG]
not_ok()
{
	[ -z "${2:-}" ] || tail -n 30 "$2"
	echo "not ok $1"
	failed=1
}

# same DIR DIR: the same in every byte
same()
{
	diff -r --no-dereference "$1" "$2" >"$work/log" 2>&1 || not_ok "$2 is not as it was" "$work/log"
}

# refuses TEXT COMMAND...: exits with 2 and says TEXT, a basic regular expression
refuses()
{
	text=$1
	shift
	code=0
	"$@" >"$work/log" 2>&1 </dev/null || code=$?
	if [ $code -eq 2 ] && grep -q "$text" "$work/log"; then
		echo "ok refused: $text"
	else
		not_ok "exit code $code, expected 2 and '$text': $*" "$work/log"
	fi
}

# in_tree DIR TARGET: a make in $tree's DIR that knows only our programs
in_tree()
{
	make -C "$tree/$1" ARCH=arm64 CROSS_COMPILE="$cross" O="$work/out" "$2" TARGETS=kvm \
		FORCE_TARGETS=1 INSTALL_PATH="$work/install" USERLDFLAGS=-static \
		"TEST_GEN_PROGS_$arch=\$(TEST_GEN_PROGS_USER_IRQ)" \
		"TEST_GEN_PROGS_EXTENDED_$arch=" -j "$(nproc)" >"$work/log" 2>&1
}

# The lines of a log that its subtests gave
results()
{
	sed -n -e 's/ # SKIP.*/ # SKIP/' -e '/^\(not \)*ok [0-9]/p' "$1"
}

# Linux $1: only our programs are built, into $work/install
build()
{
	rm -rf "$work/out" "$work/install"
	mkdir "$work/out"
	in_tree . headers || { not_ok "$1: no headers" "$work/log"; return 1; }
	in_tree tools/testing/selftests install || { not_ok "$1 does not build" "$work/log"; return 1; }
	if grep -q 'warning:' "$work/log"; then
		grep 'warning:' "$work/log"
		not_ok "$1 builds with warnings"
	fi
	sort "$root/build/install/kselftest-list.txt" >"$work/want"
	sort "$work/install/kselftest-list.txt" | diff "$work/want" - ||
		not_ok "$1 installs other programs"
}

# On Linux $1, $program gives what ours does
run()
{
	"$1" -k "$2" -t $program >"$work/ours" 2>&1 </dev/null || not_ok "$2: ours" "$work/ours"
	"$1" -k "$2" -t $program -i "$work/install" >"$work/log" 2>&1 </dev/null ||
		not_ok "$2: grafted" "$work/log"
	results "$work/ours" >"$work/want"
	[ -s "$work/want" ] || not_ok "$2: no results" "$work/ours"
	results "$work/log" | diff "$work/want" - ||
		not_ok "$2: the grafted $program gives other results"
}

for series in 6.12 7.3; do
	source=$("$vmtest/fetch.sh" source $series) || exit 2
	tree=$work/tree
	arch=aarch64
	[ ! -d "$source/$KVM/arm64" ] || arch=arm64
	rm -rf "$tree"
	cp -a "$source" "$tree"

	"$graft" add "$tree" || not_ok "graft.sh add"
	cp -a "$tree/$KVM" "$work/grafted"
	refuses "is grafted already" "$graft" add "$tree"
	same "$work/grafted" "$tree/$KVM"
	build $series && run "$1" $series

	echo "/* mine */" >>"$tree/$KVM/$arch/$program.c"
	refuses "changed since they were grafted" "$graft" remove "$tree"
	cp -p "$work/grafted/$arch/$program.c" "$tree/$KVM/$arch/$program.c"
	"$graft" remove "$tree" || not_ok "graft.sh remove"
	# Upstream's own Makefile makes this in the tree, O= or not.
	rm -rf "$tree/tools/arch/arm64/include/generated" "$work/grafted"
	same "$source" "$tree"
	refuses "is not grafted" "$graft" remove "$tree"
done

# What was ended while it began is undone, too.
mkdir "$tree/$KVM/.graft"
refuses "is grafted already" "$graft" add "$tree"
"$graft" remove "$tree" || not_ok "graft.sh remove, of the beginnings of a graft"
same "$source" "$tree"

refuses "which kernel tree" "$graft" add ''
refuses "there is no directory" "$graft" add "$work/none"
refuses "Usage" "$graft" bogus "$tree"
refuses "is no kernel tree" "$graft" add "$work"
refuses "is not in git" "$graft" patches "$tree"
same "$source" "$tree"

# Neither an old kernel, nor one that has a file where one of ours would go
cp -a "$tree" "$work/odd"
sed -i 's/^VERSION = .*/VERSION = 5/' "$work/odd/Makefile"
refuses "too old" "$graft" add "$work/odd"
cp -p "$tree/Makefile" "$work/odd/"
same "$tree" "$work/odd"
touch "$work/odd/$KVM/$arch/$program.c" "$tree/$KVM/$arch/$program.c"
refuses "has a file $KVM/$arch/$program.c" "$graft" add "$work/odd"
same "$tree" "$work/odd"
rm "$work/odd/$KVM/$arch/$program.c" "$tree/$KVM/$arch/$program.c"

# Nor over what git would not give back
git -C "$work/odd" init -q && git -C "$work/odd" add -f $KVM &&
	git -C "$work/odd" -c user.name=check -c user.email= commit -q -m base || exit 2
echo '# mine' | tee -a "$work/odd/$KVM/.gitignore" >>"$tree/$KVM/.gitignore"
refuses "local changes" "$graft" add "$work/odd"
same "$tree/$KVM" "$work/odd/$KVM"
exit $failed
