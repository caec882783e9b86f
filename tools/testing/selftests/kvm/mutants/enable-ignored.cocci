// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-6
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A timer that is not enabled drives its line all the same.

@@
expression c;
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
@@
 f(...)
 {
 <...
(
-	(c & ARCH_TIMER_CTRL_ENABLE)
+	true
|
-	(c & ARCH_TIMER_CTRL_IT_STAT)
+	((index == TIMER_VTIMER ? read_sysreg_el0(SYS_CNTV_CVAL) : read_sysreg_el0(SYS_CNTP_CVAL)) <=
+	 kvm_phys_timer_read() - timer_get_offset(timer_ctx))
)
 ...>
 }

@@
expression c;
@@
-	(c & (ARCH_TIMER_CTRL_IT_MASK | ARCH_TIMER_CTRL_ENABLE)) == ARCH_TIMER_CTRL_ENABLE
+	!(c & ARCH_TIMER_CTRL_IT_MASK)
