// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
// result: skipped
//
// KVM_CHECK_EXTENSION on /dev/kvm says the capability is absent: the suite skips.

@@
identifier ext, kvm;
@@
 kvm_vm_ioctl_check_extension(struct kvm *kvm, long ext)
 {
 <...
-	return r;
+	return !kvm && ext == KVM_CAP_ARM_USER_IRQ ? 0 : r;
 ...>
 }
