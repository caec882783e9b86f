// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-4.ptimer
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A negative TVAL is taken for a large one where KVM emulates it.

@@
typedef s32, u32;
identifier val;
@@
 kvm_arm_timer_write(...)
 {
 <...
-	(s32)val
+	(u32)val
 ...>
 }
