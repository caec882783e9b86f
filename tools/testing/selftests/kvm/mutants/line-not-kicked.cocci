// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-3.guest NEW-3.wfi
// modes: nohz:vhe nohz:nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE neither stops nor wakes a vCPU; a host tick hides the former.

@@
@@
 vcpu_interrupt_line(...)
 {
 <...
-	kvm_vcpu_kick(...);
 ...>
 }
