// SPDX-License-Identifier: GPL-2.0
// breaks: PRG-2
// modes: nohz:vhe nohz:nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The host interrupt of a timer that expired once stays masked; a host tick hides it for 4
// ms at most.

@@
expression ctx, phys_active;
@@
 kvm_timer_vcpu_load_gic(...)
 {
 ...
+if (phys_active || irqchip_in_kernel(vcpu->kvm))
 set_timer_irq_phys_active(ctx, phys_active);
 }

@@
expression vtimer;
@@
 unmask_vtimer_irq_user(...)
 {
 <...
-set_timer_irq_phys_active(vtimer, false);
+;
 ...>
 }
