// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-9
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A level change does not end KVM_MP_STATE_SUSPENDED.

@@
@@
 kvm_vcpu_suspend(...)
 {
 <...
-	kvm_arch_vcpu_runnable(...)
+	0
 ...>
 }
