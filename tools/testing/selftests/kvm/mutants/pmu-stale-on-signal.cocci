// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-9.pmu
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// The PMU's bit of the field is updated before the guest is entered, not at the end.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
(
-	kvm_irq_update_run(vcpu);
+	kvm_timer_update_run(vcpu);
|
	kvm_timer_update_run(vcpu);
-	kvm_pmu_update_run(vcpu);
)
 ...>
 }
