// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE of the FIQ does not end WFI.

@@
@@
 kvm_arch_vcpu_runnable(...)
 {
 <...
(
-	(HCR_VI | HCR_VF | HCR_VSE)
+	(HCR_VI | HCR_VSE)
|
-	(HCR_VI | HCR_VF)
+	HCR_VI
)
 ...>
 }
