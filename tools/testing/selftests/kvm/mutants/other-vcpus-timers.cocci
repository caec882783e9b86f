// SPDX-License-Identifier: GPL-2.0
// breaks: SMP-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A vCPU other than 0 is told the ptimer of vCPU 0.

@@
identifier vcpu;
@@
 kvm_timer_needs_notify(struct kvm_vcpu *vcpu)
 {
 <...
-	vcpu_ptimer(vcpu)
+	vcpu_ptimer(vcpu->vcpu_idx ? kvm_get_vcpu(vcpu->kvm, 0) : vcpu)
 ...>
 }

@@
identifier f = { kvm_timer_should_notify_user, kvm_timer_update_run };
identifier vcpu, t;
@@
 f(struct kvm_vcpu *vcpu)
 {
 <...
-	struct arch_timer_context *t = vcpu_ptimer(vcpu);
+	struct arch_timer_context *t = vcpu_ptimer(vcpu->vcpu_idx ? kvm_get_vcpu(vcpu->kvm, 0) : vcpu);
 ...>
 }
