// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// The number of a timer's interrupt is refused without a vgic, but shows from then on.

@@
identifier vcpu, attr;
@@
 kvm_arm_timer_set_attr(struct kvm_vcpu *vcpu, struct kvm_device_attr *attr)
 {
 ...
+if (!get_user(irq, uaddr))
+	vcpu->kvm->arch.timer_data.ppi[attr->attr == KVM_ARM_VCPU_TIMER_IRQ_VTIMER ?
+				       TIMER_VTIMER : TIMER_PTIMER] = irq;
 if (!irqchip_in_kernel(...))
	return -EINVAL;
 ...
 }
