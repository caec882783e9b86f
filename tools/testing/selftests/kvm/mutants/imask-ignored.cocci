// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// CTL.IMASK does not lower the line.

@@
expression c;
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
@@
 f(...)
 {
 <...
-	!(c & ARCH_TIMER_CTRL_IT_MASK)
+	true
 ...>
 }

@@
expression c;
@@
-	(c & (ARCH_TIMER_CTRL_IT_MASK | ARCH_TIMER_CTRL_ENABLE)) == ARCH_TIMER_CTRL_ENABLE
+	c & ARCH_TIMER_CTRL_ENABLE
