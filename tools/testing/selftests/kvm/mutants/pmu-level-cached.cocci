// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-4
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
// since: 7.2
//
// The level of the PMU is the one that it had when the guest was left last, as up to 7.1.

@r@
identifier vcpu, pmu;
@@
 kvm_pmu_update_state(struct kvm_vcpu *vcpu)
 {
 ...
 struct kvm_pmu *pmu = &vcpu->arch.pmu;
 ...
 if (...)
+{
+	/* Unused without a vgic. */
+	pmu->irq_num = kvm_pmu_overflow_status(vcpu);
	return;
+}
 ...
 }

@depends on r@
identifier vcpu, level;
@@
 kvm_pmu_should_notify_user(struct kvm_vcpu *vcpu)
 {
 <...
-	kvm_pmu_overflow_status(vcpu) != level
+	(kvm_vcpu_has_pmu(vcpu) && vcpu->arch.pmu.irq_num) != level
 ...>
 }
