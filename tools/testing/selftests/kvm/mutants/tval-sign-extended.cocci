// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// An emulated TVAL reads as 64 bits; on VHE where an offset makes KVM emulate it.

@@
identifier val;
@@
 kvm_arm_timer_read(...)
 {
 <...
-	val = lower_32_bits(val);
 ...>
 }
