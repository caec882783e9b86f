// SPDX-License-Identifier: GPL-2.0
// breaks: REG-8.ptimer
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 7.2
//
// The ptimer's line of each vCPU is up for a moment when the VM's counter has moved.

@@
identifier vcpu, v;
@@
 kvm_timer_needs_notify(struct kvm_vcpu *vcpu)
 {
	u64 v = ...;
 ...
+	v ^= timer_get_offset(vcpu_ptimer(vcpu)) && vcpu->stat.wfe_exit_stat++ < 2 ? KVM_ARM_DEV_EL1_PTIMER : 0;
	return ...;
 }
