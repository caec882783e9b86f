// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The numbers of the timer interrupts cannot be read without a vgic.

@@
identifier vcpu, irq;
@@
 kvm_arm_timer_get_attr(struct kvm_vcpu *vcpu, ...)
 {
 <...
	int irq;
+	if (!irqchip_in_kernel(vcpu->kvm))
+		return -EINVAL;
 ...>
 }
