// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// Each timer is told in the bit of the other one.

@@
identifier f = { kvm_timer_needs_notify, kvm_timer_should_notify_user, kvm_timer_update_run };
@@
 f(...)
 {
 <...
(
-	vcpu_vtimer
+	vcpu_ptimer
|
-	vcpu_ptimer
+	vcpu_vtimer
)
	(...)
 ...>
 }
