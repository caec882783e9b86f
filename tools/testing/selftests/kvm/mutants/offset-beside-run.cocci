// SPDX-License-Identifier: GPL-2.0
// breaks: REG-8.busy
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// KVM_ARM_SET_COUNTER_OFFSET does not mind whether a vCPU is running.

@@
expression kvm;
@@
 kvm_vm_ioctl_set_counter_offset(...)
 {
 <...
(
-	!kvm_trylock_all_vcpus(kvm)
+	true
|
-	lock_all_vcpus(kvm)
+	true
)
 ...>
 }

@@
@@
 kvm_vm_ioctl_set_counter_offset(...)
 {
 <...
(
-	kvm_unlock_all_vcpus(...);
|
-	unlock_all_vcpus(...);
)
 ...>
 }
