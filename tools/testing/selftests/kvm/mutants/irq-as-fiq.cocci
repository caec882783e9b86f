// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE asserts FIQ where the IRQ is asked for.

@@
@@
-	__ffs(HCR_VI)
+	__ffs(HCR_VF)
