#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# How the library reports what goes wrong: lib_selftest fails on purpose.
# Usage: lib_guarantees.sh VMTEST
set -u

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0

rc=0
"$1" -t lib_selftest >"$log" 2>&1 </dev/null || rc=$?
cat "$log"

# said TEXT: a line of the output begins with TEXT, a basic regular expression
said()
{
	grep -q "^$1" "$log" && return
	echo "missing: $1"
	failed=1
}

[ $rc -eq 1 ] || { echo "exit code $rc, expected 1"; failed=1; }
said "1\.\.9$"
said "ok 1 PASS a subtest that passes$"
said "ok 2 SKIP a subtest that cannot run here # SKIP this host has no purple$"
said "# lib_selftest.c:[0-9]*: expected GUEST_SYNC(7); got GUEST_DONE(), field 0 -> 0$"
said "not ok 3 FAIL-assert "
said "# lib_selftest.c:[0-9]*: guest assertion failed: 1 + 1 == 3 (0x2, 0x3)$"
said "not ok 4 FAIL-guest_assert "
said "# processor.c:[0-9]*: unhandled guest exception: vector 4, EC 0x21, .* FAR 0$"
said "not ok 5 FAIL-exception "
said "# .*: expected GUEST_DONE(); got exit reason MMIO(6), field 0 -> 0$"
said "#   #1 .* MMIO(6) write32 0x40010000 data 0x1234$"
said "not ok 6 FAIL-exit "
said "# ended by signal 11 "
said "not ok 7 FAIL-crash "
said "# user_irq.c:[0-9]*: INV-2: EINTR without a signal, and the field is still 0$"
said "not ok 8 FAIL-invariant "
said "# watchdog: no KVM_RUN has returned for 10 seconds$"
said "# .*KVM_RUN on vCPU 0 did not return: waited for godot$"
said "# vcpu0: .* PC 0x.* CNTV_CTL .* CNTP_CTL "
said "not ok 9 HANG-guest "
said "# Totals: pass:1 fail:7 xfail:0 xpass:0 skip:1 error:0$"
exit $failed
