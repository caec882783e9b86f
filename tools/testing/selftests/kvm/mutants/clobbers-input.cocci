// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM takes a request of userspace out of kvm_run.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
+	run->request_interrupt_window = 0;
 kvm_sigset_deactivate(vcpu);
 ...>
 }
