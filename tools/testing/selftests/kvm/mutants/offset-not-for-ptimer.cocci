// SPDX-License-Identifier: GPL-2.0
// breaks: REG-3.offset
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// KVM_ARM_SET_COUNTER_OFFSET moves the virtual counter only.

@@
@@
 kvm_vm_ioctl_set_counter_offset(...)
 {
 <...
-	kvm->arch.timer_data.poffset = offset->counter_offset;
 ...>
 }
