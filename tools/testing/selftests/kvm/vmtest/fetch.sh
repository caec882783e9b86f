#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fetch kernels, busybox and kernel source from Debian's archive into a cache.
# What is cached is not looked up again. Prints the path of what was asked for.
#
# apt does the work, with a configuration and state of its own: it verifies
# signatures and checksums, and the user's apt is left as it is.
set -eu

CACHE=${KVM_USER_IRQ_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kvm-user-irq}
APT=$CACHE/apt
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
SUITES="bullseye bookworm bookworm-backports trixie trixie-backports sid"
SECURITY_SUITES="bullseye-security bookworm-security trixie-security"

# What the kernel's kselftest framework and checkpatch.pl consist of, what the
# semantic patches of mutants/ are for, and what upstream's kvm selftests and the
# headers for them are made from
FRAMEWORK="tools/testing/selftests/Makefile tools/testing/selftests/lib.mk
	tools/testing/selftests/*.h tools/testing/selftests/*.sh
	tools/testing/selftests/kselftest* tools/testing/kunit tools/include scripts
	Makefile arch/arm64/kvm
	tools/testing/selftests/kvm tools/testing/selftests/rseq
	tools/testing/selftests/*/lib tools/testing/selftests/*/*.h tools/arch/arm64 tools/build
	tools/lib/*.c tools/scripts include/uapi include/asm-generic usr/include arch/arm64/Makefile
	arch/arm64/include arch/arm64/kernel/Makefile* arch/arm64/tools"

usage()
{
	cat <<-USAGE
	Usage: fetch.sh kernel VERSION   a series (6.12) or an exact version (6.12.43); with
	                                 16 KiB pages: 7.3-16k
	       fetch.sh busybox          a static busybox for arm64
	       fetch.sh source SERIES    the kselftest framework and those of KVM, scripts and arm64
	                                 KVM of a series
	       fetch.sh tree SERIES      the whole source of a series
	       fetch.sh refresh          forget which version is the newest of a series
	Cache: \$KVM_USER_IRQ_CACHE, else kvm-user-irq in the user's cache directory.
	Mirror: \$DEBIAN_MIRROR, else the one that apt is configured for.
	Exit code: 0, or 2 if it cannot be had.
	USAGE
}

die()
{
	echo "fetch.sh: $*" >&2
	exit 2
}

say()
{
	echo "fetch: $*" >&2
}

# The archive that the user's apt uses
mirror()
{
	if [ -n "${DEBIAN_MIRROR:-}" ]; then
		echo "$DEBIAN_MIRROR"
		return
	fi
	# shellcheck disable=SC2016 # apt's own syntax
	apt-get indextargets --format '$(RELEASE) $(SITE)' 2>/dev/null |
		awk '$1 ~ /^(bullseye|bookworm|trixie|forky|sid|stable|testing|unstable)$/ {
			print $2; exit }'
}

apt_private()
{
	cmd=$1
	shift
	"$cmd" -q -o Dir::Etc::SourceList="$APT/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State::Lists="$APT/lists" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$APT/cache" -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none \
		-o Acquire::GzipIndexes=false "$@"
}

# Downloads the package indexes, once. A suite that has left the mirror is no error.
need_indexes()
{
	[ -e "$APT/updated" ] && return
	[ -r "$KEYRING" ] || die "no $KEYRING: apt-get install debian-archive-keyring"
	site=$(mirror)
	[ -n "$site" ] || die "no Debian mirror in apt's configuration: set DEBIAN_MIRROR"

	mkdir -p "$APT/lists/partial" "$APT/cache/archives/partial"
	for suite in $SUITES; do
		echo "deb [signed-by=$KEYRING] $site $suite main"
	done >"$APT/sources.list"
	for suite in $SECURITY_SUITES; do
		echo "deb [signed-by=$KEYRING] ${site%/}-security $suite main"
	done >>"$APT/sources.list"
	say "package indexes of Debian's arm64 suites (40 MB)"
	if apt_private apt-get update >&2; then
		touch "$APT/updated"
	else
		say "not all suites could be read, going on"
	fi
	ls "$APT"/lists/*_Packages >/dev/null 2>&1 || die "no package index could be downloaded"
}

# Prints "upstream-version package package-version", newest first, of each
# package whose name matches the extended regular expression $1.
candidates()
{
	awk -v name="$1" '
		/^Package: / { package = $2 }
		/^Version: / { version = $2 }
		/^Installed-Size: / { size = $2 }
		/^$/ {
			# An image package of a few kB only depends on the real one.
			if (package ~ name && size > 1000) {
				upstream = version
				sub(/-[^-]*$/, "", upstream)
				sub(/^[0-9]*:/, "", upstream)
				print upstream, package, version
			}
			size = 0
		}' "$APT"/lists/*_Packages | sort -u | sort -V -r
}

# Downloads package $1 in version $2 to directory $3; false if the pool has lost it
download()
{
	say "$1 $2"
	(cd "$3" && apt_private apt-get download "$1=$2" >&2)
}

# Unpacks the one package in directory $1 there
unpack()
{
	dpkg-deb -x "$1"/*.deb "$1" || die "cannot unpack $(basename "$1"/*.deb); is the disk full?"
	rm "$1"/*.deb
}

fetch_kernel()
{
	want=$1
	image=$CACHE/kernel/$want/Image
	[ -e "$image" ] && { echo "$image"; return; }
	need_indexes

	case $want in
	*-16k) number=${want%-16k} flavour=arm64-16k pages=-16k ;;
	*) number=$want flavour=cloud-arm64 pages='' ;;
	esac
	candidates "^linux-(image|binary|binary-unsigned)-.*[0-9]-$flavour\$" >"$work/list"
	awk -v want="$number" '$1 == want || index($1, want ".") == 1' "$work/list" >"$work/found"
	[ -s "$work/found" ] || die "unknown kernel '$want'; Debian has the series$(
		sed 's/^\([0-9]*\.[0-9]*\).*/ \1/' "$work/list" | sort -uV | tr -d '\n')"

	while read -r version package package_version; do
		rm -rf "$work/deb" && mkdir "$work/deb"
		download "$package" "$package_version" "$work/deb" || continue
		unpack "$work/deb"
		file=$(find "$work/deb" -type f -name 'vmlinuz*' | head -n 1)
		[ -n "$file" ] || continue
		version=$version$pages
		mkdir -p "$CACHE/kernel/$version"
		mv "$file" "$CACHE/kernel/$version/Image"
		[ "$version" = "$want" ] || ln -sfn "$version" "$CACHE/kernel/$want"
		echo "$image"
		return
	done <"$work/found"
	die "no kernel $want that the index lists could be downloaded"
}

fetch_busybox()
{
	file=$CACHE/busybox/bin/busybox
	[ -e "$file" ] && { echo "$file"; return; }
	need_indexes

	candidates '^busybox-static$' >"$work/found"
	while read -r version package package_version; do
		rm -rf "$work/deb" && mkdir "$work/deb"
		download "$package" "$package_version" "$work/deb" || continue
		unpack "$work/deb"
		mkdir -p "$CACHE/busybox/bin"
		mv "$(find "$work/deb" -type f -path '*/bin/busybox')" "$file"
		echo "$file"
		return
	done <"$work/found"
	die "no busybox-static for arm64 could be downloaded"
}

# fetch_source SERIES DIRECTORY PATTERNS: unpack what matches
fetch_source()
{
	want=$1
	dir=$CACHE/$2/$want
	patterns=$(echo "$3" | xargs -n 1 | sed 's,^,*/,')
	if [ -e "$dir" ] && [ "$(cat "$dir.files" 2>/dev/null)" = "$patterns" ]; then
		echo "$dir"
		return
	fi
	need_indexes

	candidates "^linux-source-$want\$" >"$work/found"
	[ -s "$work/found" ] || die "Debian has no linux-source-$want"
	while read -r version package package_version; do
		rm -rf "$work/deb" && mkdir "$work/deb" "$work/tree"
		download "$package" "$package_version" "$work/deb" || continue
		say "unpacking the source of Linux $version"
		unpack "$work/deb"
		echo "$patterns" >"$work/files"
		xz -dc -T0 "$work/deb/usr/src/linux-source-$want.tar.xz" |
			tar -x -C "$work/tree" --strip-components=1 --wildcards \
				--no-wildcards-match-slash -T "$work/files" ||
			die "cannot unpack the source; is the disk full?"
		mkdir -p "${dir%/*}"
		rm -rf "$dir"
		mv "$work/tree" "$dir"
		mv "$work/files" "$dir.files"
		echo "$dir"
		return
	done <"$work/found"
	die "no linux-source-$want could be downloaded"
}

case ${1:-} in
-h | --help)
	usage
	exit 0
	;;
kernel | source | tree) [ $# -eq 2 ] || { usage >&2; exit 2; } ;;
busybox | refresh) [ $# -eq 1 ] || { usage >&2; exit 2; } ;;
*)
	usage >&2
	exit 2
	;;
esac

for tool in apt-get dpkg-deb xz awk flock; do
	command -v "$tool" >/dev/null || die "$tool not found"
done

mkdir -p "$CACHE"
work=$(mktemp -d "$CACHE/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
exec 8>"$CACHE/lock"
flock 8

case $1 in
kernel) fetch_kernel "$2" ;;
busybox) fetch_busybox ;;
source) fetch_source "$2" source "$FRAMEWORK" ;;
tree) fetch_source "$2" tree '*' ;;
refresh)
	rm -f "$APT/updated"
	find "$CACHE/kernel" -maxdepth 1 -type l -delete 2>/dev/null || true
	;;
esac
