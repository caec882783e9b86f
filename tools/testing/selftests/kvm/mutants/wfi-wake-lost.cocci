// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A timer that expires does not end WFI, as from 5.19 to 7.0 (4ce98bf0865c).

@@
expression irq_lines;
@@
 kvm_arch_vcpu_runnable(...)
 {
 <...
-	irq_lines |= ...;
 ...>
 }
