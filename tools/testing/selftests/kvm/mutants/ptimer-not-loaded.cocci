// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-1.ptimer
// modes: vhe
// file: arch/arm64/kvm/arch_timer.c
//
// The ptimer of a vCPU stays out of the host CPU that the vCPU comes to.

@@
@@
 kvm_timer_vcpu_load(...)
 {
 <...
-	if (map.direct_ptimer) timer_restore_state(map.direct_ptimer);
 ...>
 }
