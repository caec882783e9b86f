// SPDX-License-Identifier: GPL-2.0
// breaks: REG-4.pmu
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
// since: 6.15
//
// KVM_ARM_VCPU_INIT leaves the PMU enabled, and other registers such that its line
// rises.

@@
expression vcpu, r, pmcr;
@@
 reset_pmcr(...)
 {
 <...
-	__vcpu_assign_sys_reg(vcpu, r->reg, pmcr);
+	__vcpu_assign_sys_reg(vcpu, r->reg, __vcpu_sys_reg(vcpu, r->reg) | pmcr);
 ...>
 }
