// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// The field is not refreshed where KVM_RUN returns 0.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
(
 if (
-    unlikely(!irqchip_in_kernel(vcpu->kvm))
+    !irqchip_in_kernel(vcpu->kvm) && ret < 0
    )
	kvm_irq_update_run(vcpu);
|
 if (
-    unlikely(!irqchip_in_kernel(vcpu->kvm))
+    !irqchip_in_kernel(vcpu->kvm) && ret < 0
    ) {
	kvm_timer_update_run(vcpu);
	kvm_pmu_update_run(vcpu);
 }
)
 ...>
 }
