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

# select_mutants GLOB...: names of mutants, one a line
select_mutants()
{
	for glob in "$@"; do
		for file in "$here"/$glob.cocci; do
			[ -e "$file" ] || die "no mutant '$glob'; -l lists them"
			basename "$file" .cocci
		done
	done | sort -u
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
# empty, and print the difference. Each "file" must change, an "also" may.
apply()
{
	for file in $(header "$1" file) $(header "$1" also); do
		mkdir -p "$3/${file%/*}" || return 1
		spatch --very-quiet --no-show-diff --no-includes --sp-file "$here/$1.cocci" \
			-o "$3/$file" "$2/$file" || return 1
		if [ -e "$3/$file" ]; then
			diff -u --label "a/$file" --label "b/$file" "$2/$file" "$3/$file" || continue
			rm "$3/$file"
		fi
		case " $(header "$1" file) " in *" $file "*)
			echo "$1 changes nothing in $file"
			return 1
			;;
		esac
	done
}
