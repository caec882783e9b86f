// SPDX-License-Identifier: GPL-2.0
// breaks: REG-2.pmu
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
// since: 6.15
//
// KVM_SET_ONE_REG sets or clears bits of the PMU's registers, as from 6.7 to 6.14.

@@
identifier vcpu, r;
expression val;
@@
 set_pmreg(struct kvm_vcpu *vcpu, const struct sys_reg_desc *r, ...)
 {
 ...
-	__vcpu_assign_sys_reg(vcpu, r->reg, val);
+	if (r->reg == PMOVSSET_EL0 ? r->CRm & 2 : r->Op2 & 1)
+		__vcpu_assign_sys_reg(vcpu, r->reg, __vcpu_sys_reg(vcpu, r->reg) | (val));
+	else
+		__vcpu_assign_sys_reg(vcpu, r->reg, __vcpu_sys_reg(vcpu, r->reg) & ~(val));
 ...
 }
