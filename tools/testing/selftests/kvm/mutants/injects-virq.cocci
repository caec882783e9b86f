// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The kernel asserts the IRQ of a vCPU without a vgic when a timer expires.

@@
identifier vcpu, new_level;
@@
 kvm_timer_update_irq(struct kvm_vcpu *vcpu, bool new_level, ...)
 {
 ...
+	if (userspace_irqchip(vcpu->kvm) && new_level)
+		*vcpu_hcr(vcpu) |= HCR_VI;
	trace_kvm_timer_update_irq(...);
 ...
 }
