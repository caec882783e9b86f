// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE takes a CPU interrupt beyond FIQ for FIQ.

@@
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
-if (irq_num > KVM_ARM_IRQ_CPU_FIQ)
-	return -EINVAL;
 ...>
 }
