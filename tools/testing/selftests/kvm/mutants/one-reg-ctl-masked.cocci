// SPDX-License-Identifier: GPL-2.0
// breaks: REG-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c arch/arm64/kvm/sys_regs.c
//
// CTL written by userspace comes up masked.

@@
expression vcpu, timer, value;
@@
 kvm_arm_timer_set_reg(...)
 {
 <...
 kvm_arm_timer_write(vcpu, timer, TIMER_REG_CTL,
-	value
+	value | ARCH_TIMER_CTRL_IT_MASK
	);
 ...>
 }

@@
identifier val;
@@
 arch_timer_set_user(...)
 {
 <...
 val &= ~ARCH_TIMER_CTRL_IT_STAT;
+val |= ARCH_TIMER_CTRL_IT_MASK;
 ...>
 }
