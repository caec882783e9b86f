// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-8.hypercall
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// The field is stale on KVM_EXIT_HYPERCALL.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
(
 if (
-    unlikely(!irqchip_in_kernel(vcpu->kvm))
+    !irqchip_in_kernel(vcpu->kvm) && run->exit_reason != KVM_EXIT_HYPERCALL
    )
	kvm_irq_update_run(vcpu);
|
 if (
-    unlikely(!irqchip_in_kernel(vcpu->kvm))
+    !irqchip_in_kernel(vcpu->kvm) && run->exit_reason != KVM_EXIT_HYPERCALL
    ) {
	kvm_timer_update_run(vcpu);
	kvm_pmu_update_run(vcpu);
 }
)
 ...>
 }
