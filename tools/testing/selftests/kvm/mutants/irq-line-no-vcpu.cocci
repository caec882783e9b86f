// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE accepts a vCPU that does not exist.

@@
identifier vcpu;
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
 if (!vcpu)
-	return -EINVAL;
+	return 0;
 ...>
 }

@@
symbol vcpu_idx, nrcpus;
@@
 kvm_vm_ioctl_irq_line(...)
 {
 <...
 if (vcpu_idx >= nrcpus)
-	return -EINVAL;
+	return 0;
 ...>
 }
