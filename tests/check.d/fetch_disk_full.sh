#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A full disk leaves nothing in the cache that a later run would take for good.
# Usage: fetch_disk_full.sh VMTEST
set -u

fetch=$(dirname "$1")/fetch.sh
busybox=$("$fetch" busybox) || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

apt=$(dirname "$(dirname "$(dirname "$busybox")")")/apt
export fetch work apt

unshare -m true 2>/dev/null || { echo "cannot mount here"; exit 4; }
# Room for the package, but not for what is in it
# shellcheck disable=SC2016 # the inner shell expands it
unshare -m sh -u -c '
	mount -t tmpfs -o size=2m tmpfs "$work" && ln -s "$apt" "$work/apt" || exit 4
	rc=0
	out=$(KVM_USER_IRQ_CACHE=$work "$fetch" busybox 2>&1) || rc=$?
	echo "$out"
	find "$work"
	case $out in *"disk full"*) ;; *) exit 1 ;; esac
	[ $rc -eq 2 ] && [ ! -e "$work/busybox/bin/busybox" ] &&
		[ -z "$(find "$work" -name "fetch.*")" ]'
