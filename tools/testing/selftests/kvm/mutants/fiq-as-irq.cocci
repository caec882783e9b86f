// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE asserts the IRQ where FIQ is asked for.

@@
@@
-	__ffs(HCR_VF)
+	__ffs(HCR_VI)
