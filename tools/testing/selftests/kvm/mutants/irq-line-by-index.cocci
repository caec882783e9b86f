// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-4.vcpu
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
// since: 6.7
//
// KVM_IRQ_LINE takes an index of a vCPU, not its id, as up to 6.6.

@@
symbol kvm;
expression id;
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
-	kvm_get_vcpu_by_id(kvm, id)
+	kvm_get_vcpu(kvm, id)
 ...>
 }
