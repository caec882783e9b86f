// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-1.disabled
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// An emulated timer fires at its CVAL even if it was disabled before.

@@
@@
 kvm_arm_timer_write_sysreg(...)
 {
 <...
-	soft_timer_cancel(...);
 ...>
 }
