// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The numbers of the timer interrupts can be set without a vgic.

@@
@@
 kvm_arm_timer_set_attr(...)
 {
 <...
-if (!irqchip_in_kernel(...))
-	return -EINVAL;
 ...>
 }
