// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// Nothing wakes a vCPU in WFI when its timer expires.

@@
@@
 kvm_timer_blocking(...)
 {
 ...
-	soft_timer_start(...);
 }
