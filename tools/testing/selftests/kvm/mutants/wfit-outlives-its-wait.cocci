// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-8.wfi
// modes: vhe@max nvhe@max
// file: arch/arm64/kvm/arm.c
//
// The time-out of a WFIT is that of the WFIs after it, too.

@@
expression vcpu;
@@
 kvm_vcpu_wfi(...)
 {
 <...
-	vcpu_clear_flag(vcpu, IN_WFIT);
 ...>
 }
