// SPDX-License-Identifier: GPL-2.0
// breaks: REG-3.offset
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// KVM_ARM_SET_COUNTER_OFFSET is undone by the next KVM_SET_ONE_REG of a counter.

@@
@@
 kvm_vm_ioctl_set_counter_offset(...)
 {
 <...
-	set_bit(KVM_ARCH_FLAG_VM_COUNTER_OFFSET, ...);
 ...>
 }
