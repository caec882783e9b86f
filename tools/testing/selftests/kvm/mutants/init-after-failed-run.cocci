// SPDX-License-Identifier: GPL-2.0
// breaks: REG-4.failed_run
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// KVM_ARM_VCPU_INIT after a failed first run warns: CVE-2024-53195, 38d7aacca092.

@@
identifier vcpu, new_level;
@@
 kvm_timer_update_irq(struct kvm_vcpu *vcpu, bool new_level, ...)
 {
 ...
+	WARN_ON(userspace_irqchip(vcpu->kvm) && !vcpu_has_run_once(vcpu));
	trace_kvm_timer_update_irq(...);
 ...
 }
