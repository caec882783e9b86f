// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-10
// modes: vhe nvhe
// file: arch/arm64/kvm/mmio.c
//
// The data of an MMIO read is lost where its completion meets a level change.

@@
identifier vcpu, data;
@@
 kvm_handle_mmio_return(struct kvm_vcpu *vcpu)
 {
 <...
+if (irqchip_in_kernel(vcpu->kvm) || !kvm_timer_should_notify_user(vcpu))
 vcpu_set_reg(vcpu, kvm_vcpu_dabt_get_rd(vcpu), data);
 ...>
 }
