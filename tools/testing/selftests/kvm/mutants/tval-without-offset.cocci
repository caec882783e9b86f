// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-3.offset.ptimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// A TVAL that is written counts from the host's physical counter.

@@
expression t;
@@
 kvm_arm_timer_write(...)
 {
 <...
-	kvm_phys_timer_read() - timer_get_offset(t)
+	kvm_phys_timer_read()
 ...>
 }
