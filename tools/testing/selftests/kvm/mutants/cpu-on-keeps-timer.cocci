// SPDX-License-Identifier: GPL-2.0
// breaks: REG-5.psci
// modes: vhe nvhe
// file: arch/arm64/kvm/reset.c
// since: 6.12
//
// PSCI CPU_ON leaves the timers of the vCPU as they were.

@@
symbol reset_state, vcpu;
@@
 kvm_reset_vcpu(...)
 {
 <...
+	if (!reset_state.reset)
	kvm_timer_vcpu_reset(vcpu);
 ...>
 }
