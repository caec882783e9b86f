// SPDX-License-Identifier: GPL-2.0
// breaks: PRG-3
// modes: nohz:vhe nohz:nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A vCPU that comes to a host CPU does not unmask the host interrupt another one left
// masked; a host tick hides it.

@@
expression ctx, phys_active;
@@
 kvm_timer_vcpu_load_gic(...)
 {
 ...
+if (phys_active || irqchip_in_kernel(vcpu->kvm))
 set_timer_irq_phys_active(ctx, phys_active);
 }
