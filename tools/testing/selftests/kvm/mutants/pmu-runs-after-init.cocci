// SPDX-License-Identifier: GPL-2.0
// breaks: REG-4.pmu
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
// since: 6.15
//
// KVM_ARM_VCPU_INIT resets the PMU's registers and lets its counters go on.

@@
expression vcpu;
@@
 kvm_reset_sys_regs(...)
 {
 <...
-	if (kvm_vcpu_has_pmu(vcpu))
-		kvm_make_request(KVM_REQ_RELOAD_PMU, vcpu);
 ...>
 }
