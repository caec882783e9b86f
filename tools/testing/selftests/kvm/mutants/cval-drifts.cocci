// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// CVAL of the vtimer grows by 1 each time the vCPU is put.

@@
@@
 timer_save_state(...)
 {
 <...
-	read_sysreg_el0(SYS_CNTV_CVAL)
+	read_sysreg_el0(SYS_CNTV_CVAL) + 1
 ...>
 }
