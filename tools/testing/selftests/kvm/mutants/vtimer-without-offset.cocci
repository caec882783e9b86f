// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-7.vtimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// The virtual counter is the host's, whatever offset the VM has.

@@
identifier offset;
expression ctx;
@@
 timer_restore_state(...)
 {
 <...
(
-	set_cntvoff(offset);
+	set_cntvoff(0);
|
-	set_cntvoff(timer_get_offset(ctx));
+	set_cntvoff(0);
)
 ...>
 }
