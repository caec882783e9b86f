// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-3.rearm
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.12
//
// A write that moves an emulated timer that has expired lowers its line, and arms nothing
// for the next expiry, as before b450dcce93bc.

@pending@
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
@@
 timer_emulate(...)
 {
 <...
 f(...)
 ...>
 }

@@
identifier pending.f;
identifier vcpu;
expression timer;
@@
 kvm_arm_timer_write_sysreg(struct kvm_vcpu *vcpu, ...)
 {
 <...
+	bool was_pending = f(timer);
+
 	soft_timer_cancel(&timer->hrtimer);
 	kvm_arm_timer_write(...);
-	timer_emulate(timer);
+	if (was_pending && !f(timer))
+		kvm_timer_update_irq(vcpu, false, timer);
+	else
+		timer_emulate(timer);
 ...>
 }
