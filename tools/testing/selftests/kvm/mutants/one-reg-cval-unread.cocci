// SPDX-License-Identifier: GPL-2.0
// breaks: REG-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c arch/arm64/kvm/sys_regs.c
//
// Userspace that saves a vCPU reads a CVAL that is never reached.

@@
expression vcpu, timer;
@@
 kvm_arm_timer_get_reg(...)
 {
 <...
-	kvm_arm_timer_read(vcpu, timer, TIMER_REG_CVAL)
+	~0ULL >> 1
 ...>
 }

@@
identifier val, vcpu, rd;
@@
 arch_timer_get_user(..., u64 *val)
 {
 <...
	*val = __vcpu_sys_reg(vcpu, rd->reg);
+	if (rd->reg == CNTV_CVAL_EL0 || rd->reg == CNTP_CVAL_EL0)
+		*val = ~0ULL >> 1;
 ...>
 }
