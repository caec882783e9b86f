// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE does not lower a line.

@@
@@
 vcpu_interrupt_line(...)
 {
 <...
-	test_and_clear_bit(
+	test_bit(
	...)
 ...>
 }
