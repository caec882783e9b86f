// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-2.counter
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// A counter that is disabled has no overflow, as before 54bbee190d42.

@@
identifier vcpu, reg;
@@
 kvm_pmu_overflow_status(struct kvm_vcpu *vcpu)
 {
 <...
-	reg &= __vcpu_sys_reg(vcpu, PMINTENSET_EL1);
+	reg &= __vcpu_sys_reg(vcpu, PMINTENSET_EL1) & __vcpu_sys_reg(vcpu, PMCNTENSET_EL0);
 ...>
 }
