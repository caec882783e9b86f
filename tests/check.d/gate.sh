#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# gate.sh and its exit codes, with a tree that is a kernel's in looks only: its
# "build" copies an Image, or goes wrong. Usage: gate.sh VMTEST
set -u

vmtest=$(dirname "$1")
gate=$vmtest/gate.sh
root=$(cd "$vmtest/../../../../.." && pwd -P)
failed=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
export GATE_BUILD="$work/build" GATE_MODES=vhe/3 T=user_irq_cap:CAP-1
unset KDIR

# expect CODE TEXT COMMAND...: ends with CODE and says TEXT, a basic regular expression
expect()
{
	want=$1 text=$2
	shift 2
	code=0
	"$@" >"$work/log" 2>&1 </dev/null || code=$?
	if [ $code -eq "$want" ] && grep -q "$text" "$work/log"; then
		echo "ok $text"
		return
	fi
	cat "$work/log"
	echo "not ok $text: exit code $code, expected $want: $*"
	failed=1
}

# tree RECIPE: a tree of "Linux 7.3" that RECIPE makes an Image of, in \$O
tree()
{
	rm -rf "$work/tree"
	mkdir -p "$work/tree/scripts/kconfig" "$work/tree/arch/arm64/kvm"
	echo 'config KVM' | tee "$work/tree/Kconfig" >"$work/tree/arch/arm64/kvm/Kconfig"
	printf '%s\n' 'VERSION = 7' 'PATCHLEVEL = 3' 'SUBLEVEL = 4' 'allnoconfig:' \
		"	@cp \$(KCONFIG_ALLCONFIG) \$(O)/\$(KCONFIG_CONFIG)" "${2:-}" 'Image:' \
		"	@mkdir -p \$(O)/arch/arm64/boot; $1" >"$work/tree/Makefile"
}

listing()
{
	(cd "$work/tree" && find . -printf '%p %T@ %s\n' | sort)
}

# ended SIG CODE: by this signal while it builds, the gate ends with CODE and all of its build
ended()
{
	env --default-signal=INT "$gate" "$work/tree" >"$work/log" 2>&1 </dev/null &
	pid=$!
	polls=0
	while [ $polls -lt 60 ] && ! pgrep -f "$work/nap" >/dev/null; do
		sleep 1
		polls=$((polls + 1))
	done
	pgrep -f "$work/nap" >/dev/null || { echo "the build did not start"; return 1; }
	kill -s "$1" $pid
	code=0
	wait $pid || code=$?
	sleep 1
	cat "$work/log"
	! pgrep -af "$work/nap" || { echo "left after SIG$1"; return 1; }
	[ $code -eq "$2" ] || { echo "exit code $code, expected $2"; return 1; }
}

# Wrong usage stops a bisection.
expect 128 "which kernel tree" "$gate"
expect 128 "which kernel tree" make -C "$root" gate
expect 128 "unknown option '--bogus'" "$gate" --bogus
expect 128 "no directory" "$gate" "$work/none"
expect 128 "is no kernel tree" "$gate" /
expect 0 "Usage: gate.sh" "$gate" -h

image=$("$vmtest/fetch.sh" kernel 7.3) || exit 2
tree "cp $image \$(O)/arch/arm64/boot/Image"
listing >"$work/before"
expect 0 "^# user_irq_cap  1/0/0" "$gate" "$work/tree"
expect 0 "keeps the contract" make -C "$root" gate KDIR="$work/tree"
expect 128 "no host 'bogus'" "$gate" -m bogus "$work/tree"
expect 128 "no program 'nothing'" "$gate" -t nothing "$work/tree"
expect 128 "does the pattern match any" "$gate" -t user_irq_cap:none "$work/tree"
expect 125 "every host skipped" "$gate" -t 'user_irq_inv:INV-4.vgic_v2' "$work/tree"
listing | diff "$work/before" - || { echo "not ok the tree was written to"; failed=1; }

# What the shipped 6.12.43 does to WFI
image=$("$vmtest/fetch.sh" kernel 6.12.43) || exit 2
tree "cp $image \$(O)/arch/arm64/boot/Image"
expect 1 "fixed upstream by 4ce98bf0865c: user_irq_block BLK-1.vtimer" \
	make -C "$root" gate KDIR="$work/tree" T=user_irq_block:BLK-1.vtimer

# An Image of zeroes
tree "{ head -c 64 $image; head -c 30000000 /dev/zero; } >\$(O)/arch/arm64/boot/Image"
expect 125 "a host did not come up" env VMTEST_TIMEOUT=5 "$gate" "$work/tree"

tree "echo 'arch_timer.c:7: error: expected a semicolon'; false"
expect 125 "arch_timer.c:7: error" "$gate" "$work/tree"
expect 125 "does not build" make -C "$root" gate KDIR="$work/tree"
tree : "	@sed -i /CONFIG_KVM=/d \$(O)/\$(KCONFIG_CONFIG)"
expect 125 "CONFIG_KVM=y: Linux 7.3.4 has it, but not" "$gate" "$work/tree"
tree : "	@sed -i /CONFIG_EPOLL=/d \$(O)/\$(KCONFIG_CONFIG)"
expect 125 "CONFIG_EPOLL=y: Linux 7.3.4 does not know it" "$gate" "$work/tree"
rm "$work/tree/arch/arm64/kvm/Kconfig"
expect 125 "has no KVM for arm64" "$gate" "$work/tree"
touch "$work/tree/.config"
expect 128 "ARCH=arm64 mrproper" "$gate" "$work/tree"

tree "head -c 1000000 /dev/zero >\$(O)/arch/arm64/boot/Image"
if unshare -m true 2>/dev/null; then
	mkdir -p "$work/full"
	# shellcheck disable=SC2016 # for the other shell
	full='mount -t tmpfs -o size=200k tmpfs "$1" && GATE_BUILD=$1 exec "$2" "$3"'
	expect 128 "disk full" unshare -m sh -c "$full" sh "$work/full" "$gate" "$work/tree"
fi

cp "$(command -v sleep)" "$work/nap"
tree "$work/nap 60"
ended INT 130 || failed=1
ended TERM 143 || failed=1
exit $failed
