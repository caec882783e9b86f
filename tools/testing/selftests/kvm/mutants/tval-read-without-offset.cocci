// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-3.offset.ptimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// A TVAL that is read is that of the host's physical counter.

@@
expression t, val;
@@
 kvm_arm_timer_read(...)
 {
 <...
-	val = timer_get_cval(t) - kvm_phys_timer_read() + timer_get_offset(t);
+	val = timer_get_cval(t) - kvm_phys_timer_read();
 ...>
 }
