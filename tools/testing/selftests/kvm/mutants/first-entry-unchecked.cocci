// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A change made or due in userspace is told after the guest has run only.

@r@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
	int ret;
+	u64 exits = vcpu->stat.exits;
 ...>
 }

@depends on r@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
-	kvm_vcpu_exit_request(vcpu, &ret)
+	(vcpu->stat.exits != exits && kvm_vcpu_exit_request(vcpu, &ret))
 ...>
 }
