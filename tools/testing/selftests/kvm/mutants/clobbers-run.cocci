// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// Another field of kvm_run changes along with a level.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	if (run->s.regs.device_irq_level)
+		run->kvm_valid_regs = 0;
 kvm_sigset_deactivate(vcpu);
 ...>
 }
