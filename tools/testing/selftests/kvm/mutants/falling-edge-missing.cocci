// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The field goes up and never down.

@@
identifier v, vcpu;
@@
 kvm_timer_needs_notify(struct kvm_vcpu *vcpu)
 {
 ...
-	return v & (KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER);
+	return v & (KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER) & ~vcpu->run->s.regs.device_irq_level;
 }

@@
expression l;
@@
 kvm_timer_update_run(...)
 {
 ...
-	l &= ~(KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER);
 ...
 }

@@
expression t, l;
@@
 kvm_timer_should_notify_user(...)
 {
 <...
-	kvm_timer_should_fire(t) != l
+	kvm_timer_should_fire(t) > l
 ...>
 }
