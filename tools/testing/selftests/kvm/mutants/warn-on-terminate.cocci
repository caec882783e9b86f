// SPDX-License-Identifier: GPL-2.0
// breaks: INV-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The end of a vCPU without a vgic warns.

@@
identifier vcpu;
@@
 kvm_timer_vcpu_terminate(struct kvm_vcpu *vcpu)
 {
 ...
+WARN_ON(!irqchip_in_kernel(vcpu->kvm));
 soft_timer_cancel(...);
 ...
 }
