// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-1.ptimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// WFI wakes up for the last of the timers that are enabled only.

@@
identifier min_delta;
expression e;
@@
 kvm_timer_earliest_exp(...)
 {
 <...
-	min_delta = min(min_delta, kvm_timer_compute_delta(e));
+	min_delta = kvm_timer_compute_delta(e);
 ...>
 }
