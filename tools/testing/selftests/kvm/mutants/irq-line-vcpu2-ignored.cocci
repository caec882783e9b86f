// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE heeds the low eight bits of a vCPU only.

@@
identifier id;
symbol irq;
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
-	id += ((irq >> KVM_ARM_IRQ_VCPU2_SHIFT) & KVM_ARM_IRQ_VCPU2_MASK) * (KVM_ARM_IRQ_VCPU_MASK + 1);
 ...>
 }
