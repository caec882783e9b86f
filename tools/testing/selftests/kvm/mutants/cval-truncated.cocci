// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// CVAL of the vtimer loses its low bits when the vCPU is put.

@@
@@
 timer_save_state(...)
 {
 <...
-	read_sysreg_el0(SYS_CNTV_CVAL)
+	read_sysreg_el0(SYS_CNTV_CVAL) & ~0xfULL
 ...>
 }
