// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A line that KVM_IRQ_LINE raised falls when KVM_RUN returns.

@@
identifier vcpu;
@@
 kvm_arch_vcpu_put(struct kvm_vcpu *vcpu)
 {
 ...
+	vcpu->arch.hcr_el2 &= ~(HCR_VI | HCR_VF);
	kvm_timer_vcpu_put(vcpu);
 ...
 }
