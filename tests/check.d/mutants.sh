#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every semantic patch applies to the kernels that it is written for, has a
# header that mutants.sh can use, and breaks a row that has a subtest.
set -eu

kvm=$(cd "$(dirname "$0")/../../tools/testing/selftests/kvm" && pwd -P)
bad=0

for file in "$kvm"/mutants/*.cocci; do
	name=$(basename "$file" .cocci)
	for key in breaks modes file; do
		grep -q "^// $key: ." "$file" || {
			echo "$name: no '// $key:' in its header"
			bad=1
		}
	done
	rows=$(sed -n 's,^// breaks: ,,p' "$file")
	for row in $rows; do
		grep -q "\"${row%.[vp]timer}[.\"]" "$kvm"/aarch64/*.c || {
			echo "$name: no subtest of $row"
			bad=1
		}
	done
done

code=0
"$kvm/mutants/mutants.sh" -l 'none of them' || code=$?
[ $code -eq 2 ] || {
	echo "a glob that matches no mutant: exit code $code, expected 2"
	bad=1
}

for series in 6.1 6.12 7.3; do
	source=$("$kvm/vmtest/fetch.sh" source $series) || exit 2
	echo "$series:"
	"$kvm/mutants/mutants.sh" -n -k "$source" || bad=1
done
[ $bad -eq 0 ]
