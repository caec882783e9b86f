// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-3
// modes: vhe nvhe
// file: arch/arm64/kvm/mmio.c
//
// A change that meets an MMIO exit is told by a forced exit before it.

@@
identifier vcpu;
expression e;
@@
 io_mem_abort(struct kvm_vcpu *vcpu, ...)
 {
 ...
+if (!irqchip_in_kernel(vcpu->kvm) && kvm_timer_should_notify_user(vcpu)) {
+	run->exit_reason = KVM_EXIT_INTR;
+	return -EINTR;
+}
 run->mmio.is_write = e;
 ...
 }
