// SPDX-License-Identifier: GPL-2.0
// breaks: REG-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// KVM_ARM_VCPU_INIT of a vCPU that has run leaves its timers enabled.

@@
identifier vcpu;
expression t;
@@
 kvm_timer_vcpu_reset(struct kvm_vcpu *vcpu)
 {
 <...
 timer_set_ctl(t,
-	0
+	vcpu_has_run_once(vcpu) ? ARCH_TIMER_CTRL_ENABLE : 0
	);
 ...>
 }
