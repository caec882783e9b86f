// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
// result: skipped
//
// KVM_CHECK_EXTENSION says the capability is absent: the suite skips, it must not pass.

@@
identifier ext, kvm;
@@
 kvm_vm_ioctl_check_extension(struct kvm *kvm, long ext)
 {
 <...
-	return r;
+	return ext == KVM_CAP_ARM_USER_IRQ ? 0 : r;
 ...>
 }
