// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-11
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// Immediate_exit does not keep KVM_RUN from entering the guest.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
(
 if (
-    !vcpu->wants_to_run
+    0
    ) { ... }
|
 if (
-    run->immediate_exit
+    0
    ) { ... }
)
 ...>
 }
