// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE of a PPI or SPI without a vgic fails with another errno.

@@
statement S;
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
(
 if (irqchip_in_kernel(...)) {
	...
 } else {
-	return -ENXIO;
+	return -EINVAL;
 }
|
 if (!irqchip_in_kernel(...))
-	return -ENXIO;
+	return -EINVAL;
)
 ...>
 }
