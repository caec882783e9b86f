// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-1.vtimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The bit of the vtimer is set while its line is low.

@@
identifier f = { kvm_timer_needs_notify, kvm_timer_should_notify_user, kvm_timer_update_run };
symbol vcpu, vtimer, ptimer;
@@
 f(...)
 {
 <...
(
-	kvm_timer_pending(vcpu_vtimer(vcpu))
+	!kvm_timer_pending(vcpu_vtimer(vcpu))
|
-	kvm_timer_should_fire(vtimer)
+	!kvm_timer_should_fire(vtimer)
)
 ...>
 }
