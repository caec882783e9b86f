// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM writes to kvm_run far behind the field.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	run->s.padding[sizeof(run->s.padding) / 2] = 0;
 kvm_sigset_deactivate(vcpu);
 ...>
 }
