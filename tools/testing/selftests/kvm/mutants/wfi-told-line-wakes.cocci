// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A line that is high and told ends WFI at once, as up to 5.18.

@@
identifier v;
@@
 kvm_arch_vcpu_runnable(struct kvm_vcpu *v)
 {
 <...
-	kvm_timer_should_notify_user(v)
+	(kvm_timer_should_notify_user(v) || v->run->s.regs.device_irq_level)
 ...>
 }
