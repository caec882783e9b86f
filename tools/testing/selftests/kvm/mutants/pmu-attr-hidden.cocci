// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-5
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// Without a vgic the PMU has no attributes.

@@
identifier vcpu;
@@
 kvm_arm_pmu_v3_has_attr(struct kvm_vcpu *vcpu, ...)
 {
 <...
-	kvm_vcpu_has_pmu(vcpu)
+	kvm_vcpu_has_pmu(vcpu) && irqchip_in_kernel(vcpu->kvm)
 ...>
 }
