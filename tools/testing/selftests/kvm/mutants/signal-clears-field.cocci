// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-9
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// The field is 0 where a signal ends KVM_RUN.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	if (signal_pending(current))
+		vcpu->run->s.regs.device_irq_level = 0;
 kvm_sigset_deactivate(vcpu);
 ...>
 }
