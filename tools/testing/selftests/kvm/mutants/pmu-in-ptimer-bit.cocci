// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// The PMU moves the bit of the ptimer along with its own.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	if (run->s.regs.device_irq_level & KVM_ARM_DEV_PMU)
+		run->s.regs.device_irq_level |= KVM_ARM_DEV_EL1_PTIMER;
 kvm_sigset_deactivate(vcpu);
 ...>
 }
