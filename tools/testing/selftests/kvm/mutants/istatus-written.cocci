// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-2.write
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// ISTATUS of an emulated timer stays as the guest wrote it.

@@
identifier val;
expression timer;
@@
 kvm_arm_timer_write(..., u64 val)
 {
 <...
-	timer_set_ctl(timer, val & ~ARCH_TIMER_CTRL_IT_STAT);
+	timer_set_ctl(timer, val);
 ...>
 }
