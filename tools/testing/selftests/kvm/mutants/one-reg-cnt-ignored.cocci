// SPDX-License-Identifier: GPL-2.0
// breaks: REG-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c arch/arm64/kvm/sys_regs.c
//
// A counter written by userspace stays what it was.

@@
identifier f = { kvm_arm_timer_set_reg, arch_timer_set_user };
@@
 f(...)
 {
 <...
(
-	timer_set_offset(...);
+	{ }
|
-	update_vtimer_cntvoff(...);
)
 ...>
 }
