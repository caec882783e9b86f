# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the scripts of this directory share.

here=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck disable=SC2034 # for the callers
kvm=$(dirname "$here")

die()
{
	echo "mutants: $*" >&2
	exit 2
}

# header MUTANT KEY: a line of a semantic patch's header
header()
{
	sed -n "s,^// $2: ,,p" "$here/$1.cocci"
}

# expected MUTANT: what it must come to, "killed" if its header says nothing else
expected()
{
	if [ -n "$(header "$1" equivalent)" ]; then
		echo survived
	else
		outcome=$(header "$1" result)
		echo "${outcome:-killed}"
	fi
}

# select_mutants GLOB...: names of mutants, one a line
select_mutants()
{
	for glob in "$@"; do
		for file in "$here"/$glob.cocci; do
			[ -e "$file" ] || die "no mutant '$glob'; -l lists them"
			selected="${selected:-}$(basename "$file" .cocci)
"
		done
	done
	printf %s "$selected" | sort -u
}

# release_of SOURCE: its first two numbers, as one that compares
release_of()
{
	awk '$1 == "VERSION" { a = $3 } $1 == "PATCHLEVEL" { print a * 1000 + $3; exit }' \
		"$1/Makefile"
}

# exists_in MUTANT RELEASE: is the code that it changes in this release?
exists_in()
{
	since=$(header "$1" since)
	[ -z "$since" ] || [ "$2" -ge $((${since%.*} * 1000 + ${since#*.})) ]
}

# apply MUTANT SOURCE DIRECTORY: leave the changed files in DIRECTORY, which is
# empty, and print the difference. Which of its files it changes is up to the
# release.
apply()
{
	changed=''
	for file in $(header "$1" file); do
		mkdir -p "$3/${file%/*}" && cp "$2/$file" "$3/$file" || return 1
		spatch --very-quiet --no-show-diff --no-includes --sp-file "$here/$1.cocci" \
			--in-place "$3/$file" || return 1
		if diff -u --label "a/$file" --label "b/$file" "$2/$file" "$3/$file"; then
			rm "$3/$file"
		else
			changed=1
		fi
	done
	[ -n "$changed" ] || {
		echo "$1 changes nothing"
		return 1
	}
}
