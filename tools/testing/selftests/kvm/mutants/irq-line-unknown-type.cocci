// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE accepts a type that does not exist.

@@
identifier type;
symbol irq;
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
	type = (irq >> KVM_ARM_IRQ_TYPE_SHIFT) & KVM_ARM_IRQ_TYPE_MASK;
+	if (type > KVM_ARM_IRQ_TYPE_PPI)
+		return 0;
 ...>
 }
