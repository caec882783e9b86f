// SPDX-License-Identifier: GPL-2.0
// breaks: INV-4.pmu
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// The field shows the PMU's line with an in-kernel vgic too.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
(
 if (unlikely(!irqchip_in_kernel(vcpu->kvm)))
	kvm_irq_update_run(vcpu);
+kvm_pmu_update_run(vcpu);
|
 if (unlikely(!irqchip_in_kernel(vcpu->kvm))) {
	kvm_timer_update_run(vcpu);
	kvm_pmu_update_run(vcpu);
 }
+kvm_pmu_update_run(vcpu);
)
 ...>
 }
