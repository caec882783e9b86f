// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-1.vtimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The vtimer is never told.

@@
identifier f = { kvm_timer_needs_notify, kvm_timer_should_notify_user, kvm_timer_update_run };
symbol vcpu, vtimer, ptimer;
@@
 f(...)
 {
 <...
(
-	kvm_timer_pending(vcpu_vtimer(vcpu))
+	false
|
-	kvm_timer_should_fire(vtimer)
+	false
)
 ...>
 }
