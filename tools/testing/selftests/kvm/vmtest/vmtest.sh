#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Boot an arm64 kernel with KVM in QEMU and run the installed suite in it.
set -eu

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../../../../.." && pwd -P)

usage()
{
	cat <<-USAGE
	Usage: vmtest.sh [options]
	  -k KERNEL   a Debian series (6.12), an exact version (6.12.43), or the path of
	              an Image; default 7.3
	  -c CPU      QEMU CPU model; default neoverse-n1, cortex-a72 with -m nvhe
	  -g 2|3      version of the host's GIC; default 3
	  -m MODE     vhe or nvhe; default what the CPU comes up in
	  --host KIND  a special host: nohz (its last CPU has no tick), nogic (its GIC has
	              no vgic) or pkvm (protected mode)
	  -t PROGRAM[:GLOB]  run one program, or those of its subtests that match
	  --args ARGS more options for the program of -t
	  -s          a shell in the host, with the suite in /suite
	  -v          print the exit logs of passing subtests too
	  --destructive  run just what may lock up the host, instead of the suite
	  --strict    open kernel bugs count as failures too
	  --smp N     host CPUs; default 2
	  --append ARGS  more for the kernel's command line
	  -i DIR      the installed suite; default build/install
	  -o FILE     keep the raw console output
	  -h          this text
	Environment: VMTEST_TIMEOUT, seconds of silence after which a host is hung (300).
	Exit code: 0 pass, 1 a test failed, 2 no verdict (no boot, panic, bad usage, missing
	tool), 4 all skipped.
	USAGE
}

die()
{
	echo "vmtest: $*" >&2
	exit 2
}

kernel=7.3 cpu='' gic=3 mode='' program='' glob='' args='' shell='' verbose='' strict='' smp=2
append='' host='' destructive='' dtb='' suite=$root/build/install console=/dev/null
while [ $# -gt 0 ]; do
	case $1 in
	-k | -c | -g | -m | -t | -i | -o | --args | --host | --smp | --append)
		[ $# -ge 2 ] || die "$1 needs an argument; -h lists the options"
		;;
	esac
	case $1 in
	-k) kernel=$2; shift ;;
	-c) cpu=$2; shift ;;
	-g) gic=$2; shift ;;
	-m) mode=$2; shift ;;
	-t)
		program=${2%%:*}
		[ "$program" = "$2" ] || glob=${2#*:}
		shift
		;;
	-i) suite=$2; shift ;;
	-o) console=$2; shift ;;
	--args) args=$2; shift ;;
	-s) shell=1 ;;
	-v) verbose=-v ;;
	--host) host=$2; shift ;;
	--destructive) destructive=1 program=user_irq_lockup args=--destructive ;;
	--strict) strict=--strict ;;
	--smp) smp=$2; shift ;;
	--append) append=$2; shift ;;
	-h | --help) usage; exit 0 ;;
	*) die "unknown option '$1'; -h lists the options" ;;
	esac
	shift
done

case $gic in 2 | 3) ;; *) die "-g $gic: only 2 and 3" ;; esac
case $smp in [1-8]) ;; *) die "--smp $smp: 1 to 8 host CPUs" ;; esac
case $mode in '' | vhe | nvhe) ;; *) die "-m $mode: only vhe and nvhe" ;; esac
for tool in qemu-system-aarch64 bsdtar fdtput python3 setpriv timeout base64; do
	command -v $tool >/dev/null || die "$tool not found; make kselftest installs what is missing"
done

# Cores of Armv8.0 have no VHE; later ones come up in it unless told otherwise.
[ -n "$cpu" ] || { [ "$mode" = nvhe ] && cpu=cortex-a72 || cpu=neoverse-n1; }
case $cpu in
cortex-a35* | cortex-a53* | cortex-a57* | cortex-a72*)
	[ "$mode" != vhe ] || die "$cpu has no VHE"
	;;
*)
	[ "$mode" != nvhe ] || append="kvm-arm.mode=nvhe $append"
	;;
esac
case $host in
'' | nogic) ;;
nohz)
	[ "$smp" -ge 2 ] || die "--host nohz needs a second CPU: --smp 2"
	append="nohz_full=$((smp - 1)) rcu_nocbs=$((smp - 1)) \
isolcpus=domain,nohz,managed_irq,$((smp - 1)) $append"
	;;
pkvm)
	[ "$mode" != vhe ] || die "--host pkvm is a mode of its own"
	append="kvm-arm.mode=protected $append"
	;;
*) die "--host $host: only nohz, nogic and pkvm" ;;
esac
# The row itself looks for a lost CPU. On a busy machine the host would complain first,
# which no open bug excuses.
[ -z "$destructive" ] || append="nosoftlockup rcupdate.rcu_cpu_stall_suppress=1 $append"
# VMs wait for RCU when they end. Its IPIs would do a tick's work on a tickless CPU.
[ "$host" = nohz ] || append="rcupdate.rcu_expedited=1 $append"
case $cpu in
max) cpu=max,pauth-impdef=on ;;
# Its r1p0 makes kernels 7.0 to 7.3 enter a guest for ever (erratum 834220).
cortex-a57) cpu=cortex-a57,midr=0x411fd073 ;;
esac

[ -x "$suite/run_kselftest.sh" ] || die "no suite in $suite; make install builds it"
[ -z "$program" ] || [ -x "$suite/kvm/$program" ] ||
	die "no program '$program' in the suite; there are: $(cd "$suite/kvm" && echo ./*_* |
		sed 's,\./,,g')"

[ -z "$args" ] || [ -n "$program" ] || die "--args without the -t that they are for"

case $kernel in
*/*)
	[ -r "$kernel" ] || die "cannot read $kernel"
	image=$kernel
	;;
*)
	image=$("$here/fetch.sh" kernel "$kernel") || exit 2
	;;
esac
# "ARM\x64" in the header of an arm64 Image (Documentation/arch/arm64/booting.rst)
magic=$(dd if="$image" bs=4 skip=14 count=1 2>/dev/null | tr -d '\0')
[ "$magic" = ARMd ] || die "$image is no arm64 Image"
size=$(od -An -t u8 -j 16 -N 8 "$image" | tr -d ' ')
[ "$(stat -Lc %s "$image")" -ge $((size / 4)) ] || die "$image is truncated"
# Two bits of the same header: pages of 4, 16 or 64 KiB. QEMU's oldest cores lack one.
pages=$(($(od -An -t u1 -j 24 -N 1 "$image") / 2 % 4))
case $pages,$cpu in
2,cortex-a35* | 2,cortex-a53* | 2,cortex-a57* | 2,cortex-a72*)
	die "$kernel needs pages of 16 KiB, which $cpu has not"
	;;
esac
busybox=$("$here/fetch.sh" busybox) || exit 2

if [ -n "$shell" ]; then
	cmd='cd /suite/kvm && setsid cttyhack sh'
elif [ -n "$program" ]; then
	cmd="cd /suite/kvm && ./$program $verbose $args"
	[ -z "$glob" ] || cmd="$cmd -t '$(printf '%s' "$glob" | sed "s/'/'\\\\''/g")'"
else
	cmd='cd /suite && ./run_kselftest.sh'
	# That makes it look up each program in its list, a second in all.
	! grep -qv '^kvm:' "$suite/kselftest-list.txt" || cmd="$cmd -c kvm"
	[ -z "$verbose" ] || cmd="$(sed -n 's/^kvm:\(.*\)/export KSELFTEST_\U\1\E_ARGS=-v/p' \
		"$suite/kselftest-list.txt")
$cmd"
fi

machine="virt,virtualization=on,gic-version=$gic"
hardware="-cpu $cpu -smp $smp -m 1G -nodefaults -nographic"

# QEMU's device tree without the maintenance interrupt of the GIC, in $1/dtb
nogic_dtb()
{
	# shellcheck disable=SC2086 # options
	qemu-system-aarch64 -M "$machine,dumpdtb=$1/dtb" $hardware &&
		fdtput -d "$1/dtb" /intc@8000000 interrupts &&
		dtc -q -I dtb -O dtb -o "$1/packed" "$1/dtb" && mv "$1/packed" "$1/dtb"
}

# The archive has no name on disk by the time QEMU reads it: nothing is left behind.
initrd=$(mktemp "${TMPDIR:-/tmp}/vmtest.XXXXXX") || exit 2
exec 9<>"$initrd"
rm "$initrd"
dirs=$(mktemp -d "${TMPDIR:-/tmp}/vmtest.XXXXXX") || exit 2
trap 'rm -rf "$dirs"' EXIT
trap 'exit 2' HUP INT TERM
if [ "$host" = nogic ]; then
	nogic_dtb "$dirs" >"$dirs/log" 2>&1 || { cat "$dirs/log" >&2; die "no device tree"; }
	exec 8<"$dirs/dtb"
	dtb='-dtb /proc/self/fd/8'
	rm "$dirs/dtb" "$dirs/log"
fi
if ! mkdir "$dirs/proc" "$dirs/sys" "$dirs/dev" "$dirs/tmp" "$dirs/bin" ||
	! ln -s busybox "$dirs/bin/sh" ||
	! bsdtar --format newc -cf - -C "$dirs" proc sys dev tmp bin >&9 ||
	! bsdtar --format newc -cf - -C "$(dirname "$(dirname "$busybox")")" bin/busybox \
		-C "$here" init >&9 ||
	! bsdtar --format newc -s ',^\.,suite,' -cf - -C "$suite" . >&9; then
	die "cannot make the initrd"
fi
rm -rf "$dirs"
trap - EXIT HUP INT TERM

# With KASLR kernels keep their page tables apart from those of processes (KPTI), and
# QEMU flushes its TLB at each change between them.
append="nokaslr $append"

# boot SERIAL COMMAND...: become COMMAND, with QEMU as its last arguments. QEMU ends by
# SIGKILL when COMMAND does, however that comes.
boot()
{
	serial=$1
	shift
	# shellcheck disable=SC2086 # options
	exec "$@" setpriv --pdeathsig KILL qemu-system-aarch64 \
		-M "$machine" $hardware -no-reboot -serial "$serial" $dtb \
		-kernel "$image" -initrd /proc/self/fd/9 -append "console=ttyAMA0 quiet loglevel=1 \
panic=-1 rdinit=/init $append vmtest_cmd=$(printf '%s' "$cmd" | base64 -w0)"
}

if [ -n "$shell" ]; then
	(boot mon:stdio env)
	exit 0
fi
echo "# vmtest: $kernel on $cpu, GICv$gic, $smp CPUs${host:+, host $host}"
# shellcheck disable=SC2086 # one option or none
boot stdio python3 "$here/ktap.py" --known-bugs "$here/known-bugs" --console "$console" \
	--silence "${VMTEST_TIMEOUT:-300}" $strict ${program:+--program "$program"} --
