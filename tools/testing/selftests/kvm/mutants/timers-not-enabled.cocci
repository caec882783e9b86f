// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// Timers stay off without a vgic.

@@
@@
 kvm_timer_enable(...)
 {
 <...
-	goto no_vgic;
+	return 0;
 ...>
 }

@@
@@
 kvm_timer_enable(...)
 {
 ... when any
-no_vgic:
 	timer->enabled = 1;
 ...
 }
