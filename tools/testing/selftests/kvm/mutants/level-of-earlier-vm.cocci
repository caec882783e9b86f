// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A new vCPU starts with the field another VM ended with.

@r@
identifier vcpu;
@@
+static u64 last_level;
+
 int kvm_arch_vcpu_create(struct kvm_vcpu *vcpu)
 {
 <...
+	if (!irqchip_in_kernel(vcpu->kvm))
+		vcpu->run->s.regs.device_irq_level = last_level;
	spin_lock_init(...);
 ...>
 }

@depends on r@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	last_level = run->s.regs.device_irq_level;
	kvm_sigset_deactivate(vcpu);
 ...>
 }
