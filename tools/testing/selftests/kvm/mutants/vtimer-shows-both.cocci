// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The bit of the vtimer is set for the ptimer too.

@@
identifier vcpu;
@@
 kvm_timer_needs_notify(struct kvm_vcpu *vcpu)
 {
 <...
-	kvm_timer_pending(vcpu_vtimer(vcpu))
+	kvm_timer_pending(vcpu_vtimer(vcpu)) || kvm_timer_pending(vcpu_ptimer(vcpu))
 ...>
 }

@@
identifier f = { kvm_timer_should_notify_user, kvm_timer_update_run };
identifier vcpu;
@@
 f(struct kvm_vcpu *vcpu)
 {
 <...
-	kvm_timer_should_fire(vtimer)
+	(kvm_timer_should_fire(vcpu_vtimer(vcpu)) || kvm_timer_should_fire(vcpu_ptimer(vcpu)))
 ...>
 }
