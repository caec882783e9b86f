// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-5
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// The number of the PMU interrupt is refused without a vgic, but stays for the one to come.

@@
identifier vcpu;
@@
 kvm_arm_pmu_v3_set_attr(struct kvm_vcpu *vcpu, ...)
 {
 <...
 int irq;
+if (!get_user(irq, uaddr))
+	vcpu->arch.pmu.irq_num = irq;
 if (!irqchip_in_kernel(...))
	return -EINVAL;
 ...>
 }
