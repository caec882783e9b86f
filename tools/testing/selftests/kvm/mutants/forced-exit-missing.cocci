// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// No exit is forced for a level change, the field changes on other exits only.

@@
identifier vcpu;
@@
 kvm_vcpu_exit_request(struct kvm_vcpu *vcpu, ...)
 {
 <...
(
- kvm_irq_update_run(vcpu)
+ 0
|
- kvm_timer_should_notify_user(vcpu) || kvm_pmu_should_notify_user(vcpu)
+ 0
)
 ...>
 }
