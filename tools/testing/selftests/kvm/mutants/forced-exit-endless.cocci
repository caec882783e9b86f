// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// Every entry is refused for as long as a line is high.

@@
identifier vcpu;
@@
 kvm_vcpu_exit_request(struct kvm_vcpu *vcpu, ...)
 {
 <...
(
- kvm_irq_update_run(vcpu)
+ kvm_irq_update_run(vcpu) || vcpu->run->s.regs.device_irq_level
|
- kvm_timer_should_notify_user(vcpu) || kvm_pmu_should_notify_user(vcpu)
+ kvm_timer_should_notify_user(vcpu) || kvm_pmu_should_notify_user(vcpu) || vcpu->run->s.regs.device_irq_level
)
 ...>
 }
