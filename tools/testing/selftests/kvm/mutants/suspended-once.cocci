// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-9.still
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A suspended vCPU runs after its first wakeup, whatever userspace says.

@@
expression vcpu;
@@
 kvm_vcpu_suspend(...)
 {
 <...
-	kvm_make_request(KVM_REQ_SUSPEND, vcpu);
 ...>
 }
