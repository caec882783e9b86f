// SPDX-License-Identifier: GPL-2.0
// breaks: PRG-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// Signals and rescheduling wait for as long as a line is high.

@@
identifier f = { kvm_xfer_to_guest_mode_handle_work, xfer_to_guest_mode_handle_work };
identifier vcpu;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 <...
-	f(vcpu)
+	(run->s.regs.device_irq_level ? 0 : f(vcpu))
 ...>
 }

@@
identifier vcpu;
@@
 kvm_vcpu_exit_request(struct kvm_vcpu *vcpu, ...)
 {
 <...
-	xfer_to_guest_mode_work_pending()
+	(!vcpu->run->s.regs.device_irq_level && xfer_to_guest_mode_work_pending())
 ...>
 }
