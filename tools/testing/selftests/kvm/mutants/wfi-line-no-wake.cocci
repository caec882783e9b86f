// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE does not end WFI.

@@
@@
 kvm_arch_vcpu_runnable(...)
 {
 <...
(
-	*vcpu_hcr(...) & (HCR_VI | HCR_VF | HCR_VSE)
+	false
|
-	*vcpu_hcr(...) & (HCR_VI | HCR_VF)
+	false
)
 ...>
 }
