// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// Once a VM without a vgic has run, timers of VMs with one inject nothing, as before
// cd15d2050c04.

@r@
@@
 kvm_timer_enable(...)
 {
 <...
+	user_irqchip_seen = true;
	goto no_vgic;
 ...>
 }

@depends on r@
@@
 static unsigned int host_vtimer_irq;
+static bool user_irqchip_seen;

@depends on r@
@@
 kvm_timer_update_irq(...)
 {
 <...
-	userspace_irqchip(vcpu->kvm)
+	(user_irqchip_seen || userspace_irqchip(vcpu->kvm))
 ...>
 }
