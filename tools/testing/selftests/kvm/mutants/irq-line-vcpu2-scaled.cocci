// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-4.vcpu
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE takes the wrong vCPU for ids from 256 on.

@@
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
-	(KVM_ARM_IRQ_VCPU_MASK + 1)
+	KVM_ARM_IRQ_VCPU_MASK
 ...>
 }
