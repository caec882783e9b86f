// SPDX-License-Identifier: GPL-2.0
// breaks: PRG-2.offset
// modes: vhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// A timer whose accesses trap is not loaded again after the guest has written to it.

@@
@@
 kvm_arm_timer_write_sysreg(...)
 {
 <...
	kvm_arm_timer_write(...);
-	timer_restore_state(...);
 ...>
 }
