// SPDX-License-Identifier: GPL-2.0
// breaks: TRC-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// Kvm_timer_update_irq is not traced.

@@
@@
-	trace_kvm_timer_update_irq(...);
