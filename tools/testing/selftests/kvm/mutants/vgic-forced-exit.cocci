// SPDX-License-Identifier: GPL-2.0
// breaks: INV-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c arch/arm64/kvm/arch_timer.c
//
// Exits are forced with an in-kernel vgic too.

@@
identifier vcpu;
statement S;
@@
 kvm_vcpu_exit_request(struct kvm_vcpu *vcpu, ...)
 {
 <...
-if (unlikely(!irqchip_in_kernel(vcpu->kvm)))
 S
 ...>
 }

@@
@@
 kvm_timer_should_notify_user(...)
 {
 <...
-if (likely(irqchip_in_kernel(...)))
-	return false;
 ...>
 }

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
-if (unlikely(!irqchip_in_kernel(vcpu->kvm))) {
	kvm_timer_update_run(vcpu);
	kvm_pmu_update_run(vcpu);
-}
 ...>
 }
