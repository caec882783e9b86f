// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-12
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A level change is told by one host interrupt in four: the guest runs on meanwhile.

@@
identifier vcpu;
@@
 kvm_vcpu_exit_request(struct kvm_vcpu *vcpu, ...)
 {
 <...
(
-	kvm_irq_update_run(vcpu)
+	(vcpu->stat.exits % 4 == 0 && kvm_irq_update_run(vcpu))
|
-	(kvm_timer_should_notify_user(vcpu) || kvm_pmu_should_notify_user(vcpu))
+	(vcpu->stat.exits % 4 == 0 && (kvm_timer_should_notify_user(vcpu) || kvm_pmu_should_notify_user(vcpu)))
)
 ...>
 }
