// SPDX-License-Identifier: GPL-2.0
// breaks: REG-6
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// equivalent: KVM_RUN does not return before the vcpu_load() after WFI has cancelled it
//
// The timer that wakes a vCPU from WFI is not cancelled when the vCPU goes.

@@
@@
 kvm_timer_vcpu_terminate(...)
 {
 ...
-	soft_timer_cancel(...);
 }
