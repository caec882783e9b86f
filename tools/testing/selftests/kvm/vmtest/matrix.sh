#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Run the suite on many of Debian's kernels, in many sorts of hosts.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../../../../.." && pwd -P)
kernels='5.10 6.1 6.12 7.0 7.1 7.2 7.3 7.3-16k'
hosts='nvhe vhe nvhe-on-vhe pkvm nohz-nvhe nohz-vhe nogic-nvhe nogic-vhe'

usage()
{
	cat <<-USAGE
	Usage: matrix.sh, with in the environment
	  KERNELS  Debian series and exact versions; default "$kernels"
	  HOSTS    with both GICs, or with one where HOST/GIC says so; default
	           "$hosts"
	  T        PROGRAM[:GLOB], run one program, or those of its subtests that match
	  J        boots at a time; default one for each CPU
	  JUNIT    file for JUnit XML; default build/matrix.xml
	  VMTEST_TIMEOUT  seconds of silence after which a host is hung; default 300
	Exit code: 0 pass, 1 a test failed, 2 none did, but a host did not come up, 4 all
	skipped, 64 wrong usage, more after a signal. A host that does not exist with some
	kernel is no failure; the table says why.
	USAGE
}

case ${1:-} in
'') ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 64 ;;
esac

env -u KDIR "$here/kselftest.sh" install || exit 64
# Debian drops a series now and then: that is an error if somebody asked for it, and
# else the reason why its hosts cannot exist.
for kernel in ${KERNELS:-$kernels}; do
	"$here/fetch.sh" kernel "$kernel" >/dev/null || [ -z "${KERNELS:-}" ] || exit 64
done

# shellcheck disable=SC2086 # a list
exec python3 "$here/cells.py" --suite "$root/build/install" \
	--kernels ${KERNELS:-$kernels} --hosts "${HOSTS:-$hosts}" --jobs "${J:-$(nproc)}" \
	--silence "${VMTEST_TIMEOUT:-300}" --junit "${JUNIT:-$root/build/matrix.xml}" ${T:+-t "$T"}
