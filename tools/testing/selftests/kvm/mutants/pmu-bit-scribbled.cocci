// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-6
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// A PMU bit that userspace wrote stays for a vCPU that has no PMU.

@@
identifier vcpu, run_level;
@@
 kvm_pmu_should_notify_user(struct kvm_vcpu *vcpu)
 {
 <...
(
-	kvm_pmu_overflow_status(vcpu) != run_level
+	kvm_vcpu_has_pmu(vcpu) && kvm_pmu_overflow_status(vcpu) != run_level
|
-	pmu->irq_level != run_level
+	kvm_vcpu_has_pmu(vcpu) && pmu->irq_level != run_level
)
 ...>
 }

@@
identifier vcpu;
expression l;
@@
 kvm_pmu_update_run(struct kvm_vcpu *vcpu)
 {
 <...
+if (kvm_vcpu_has_pmu(vcpu))
 l &= ~KVM_ARM_DEV_PMU;
 ...>
 }
