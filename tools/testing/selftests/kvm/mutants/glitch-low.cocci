// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-7
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// Some MMIO exits show a line low that stayed high.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	if (run->exit_reason == KVM_EXIT_MMIO && vcpu->stat.exits % 3 == 0)
+		run->s.regs.device_irq_level &= ~3ULL;
 kvm_sigset_deactivate(vcpu);
 ...>
 }
