// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The host interrupt of a timer injects nothing, the next load of the vCPU does.

@@
expression ctx;
@@
 kvm_arch_timer_handler(...)
 {
 <...
(
-	if (kvm_timer_pending(ctx))
-		kvm_timer_update_irq(...);
|
-	if (kvm_timer_should_fire(ctx))
-		kvm_timer_update_irq(...);
)
 ...>
 }
