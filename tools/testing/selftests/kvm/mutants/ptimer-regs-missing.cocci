// SPDX-License-Identifier: GPL-2.0
// breaks: REG-1.ptimer
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
// since: 7.0
//
// The ptimer's registers cannot be read and written any more.

@@
identifier vcpu, rd, val;
@@
 arch_timer_get_user(struct kvm_vcpu *vcpu, const struct sys_reg_desc *rd, u64 *val)
 {
+	if (rd->reg == CNTP_CTL_EL0 || rd->reg == CNTP_CVAL_EL0)
+		return -ENOENT;
 ...
 }
