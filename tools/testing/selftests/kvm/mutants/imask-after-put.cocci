// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A timer that is high when its vCPU is put comes back masked.

@@
expression ctx;
@@
 timer_save_state(...)
 {
 <...
 timer_set_ctl(ctx,
-	read_sysreg_el0(SYS_CNTV_CTL)
+	read_sysreg_el0(SYS_CNTV_CTL) | (kvm_timer_pending(ctx) ? ARCH_TIMER_CTRL_IT_MASK : 0)
	);
 ...>
 }
