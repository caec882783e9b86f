// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// WFI does not sleep.

@@
@@
 kvm_vcpu_wfi(...)
 {
 <...
-	kvm_vcpu_halt(...);
 ...>
 }
