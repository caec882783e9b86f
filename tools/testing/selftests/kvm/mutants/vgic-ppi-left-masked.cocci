// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-4.interrupts
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A vCPU of a VM with a vgic does not unmask the host interrupt that one of a VM without
// left masked.

@@
expression ctx, phys_active;
@@
 kvm_timer_vcpu_load_gic(...)
 {
 ...
+if (phys_active || !irqchip_in_kernel(vcpu->kvm))
 set_timer_irq_phys_active(ctx, phys_active);
 }
