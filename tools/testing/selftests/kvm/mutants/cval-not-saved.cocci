// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// CVAL is what it was when the vCPU was loaded once it has been put.

@@
@@
 timer_save_state(...)
 {
 <...
(
-	timer_set_cval(..., read_sysreg_el0(SYS_CNTV_CVAL));
+	{ }
|
-	timer_set_cval(..., read_sysreg_el0(SYS_CNTP_CVAL));
+	{ }
)
 ...>
 }
