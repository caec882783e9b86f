// SPDX-License-Identifier: GPL-2.0
// breaks: INV-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// Bit 3 of the field is set along with a timer.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	if (run->s.regs.device_irq_level & 3)
+		run->s.regs.device_irq_level |= 8;
 kvm_sigset_deactivate(vcpu);
 ...>
 }
