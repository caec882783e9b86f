// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-6
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE reaches vCPU 0 whichever it names.

@@
expression vcpu, n, level;
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
-	vcpu_interrupt_line(vcpu, n, level)
+	vcpu_interrupt_line(kvm_get_vcpu(kvm, 0), n, level)
 ...>
 }
