// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-3.ptimer
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// An emulated timer reads ISTATUS as 0.

@@
expression ctl;
@@
 read_timer_ctl(...)
 {
 <...
-	ctl |= ARCH_TIMER_CTRL_IT_STAT;
+	{ }
 ...>
 }
