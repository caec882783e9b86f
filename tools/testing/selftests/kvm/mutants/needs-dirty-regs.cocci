// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// Levels are told to userspace only where kvm_dirty_regs is 0.

@@
identifier f = { kvm_arch_vcpu_ioctl_run, kvm_vcpu_exit_request };
identifier vcpu;
@@
 f(struct kvm_vcpu *vcpu, ...)
 {
 <...
(
 if (
-    unlikely(!irqchip_in_kernel(vcpu->kvm))
+    !irqchip_in_kernel(vcpu->kvm) && !vcpu->run->kvm_dirty_regs
    )
	kvm_irq_update_run(vcpu);
|
 if (
-    unlikely(!irqchip_in_kernel(vcpu->kvm))
+    !irqchip_in_kernel(vcpu->kvm) && !vcpu->run->kvm_dirty_regs
    ) { ... }
)
 ...>
 }
