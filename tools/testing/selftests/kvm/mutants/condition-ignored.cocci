// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// An enabled, unmasked timer drives its line before CVAL is reached.

@@
expression c;
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
@@
 f(...)
 {
 <...
-	(c & ARCH_TIMER_CTRL_IT_STAT)
+	true
 ...>
 }

@@
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
@@
 f(...)
 {
 <...
-	return cval <= now;
+	return true;
 ...>
 }
