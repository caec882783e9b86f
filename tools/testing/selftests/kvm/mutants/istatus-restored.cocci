// SPDX-License-Identifier: GPL-2.0
// breaks: REG-1.ptimer
// modes: nvhe
// file: arch/arm64/kvm/sys_regs.c
// since: 7.0
//
// ISTATUS that userspace writes stays until the guest writes CTL.

@@
identifier val;
@@
 arch_timer_set_user(...)
 {
 <...
-	val &= ~ARCH_TIMER_CTRL_IT_STAT;
 ...>
 }
