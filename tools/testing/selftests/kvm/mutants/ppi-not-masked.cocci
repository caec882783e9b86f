// SPDX-License-Identifier: GPL-2.0
// breaks: PRG-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The host interrupt of an expired vtimer is taken again at once for as long as the line is
// high.

@@
statement S;
@@
 kvm_arch_timer_handler(int irq, ...)
 {
 <...
+if (userspace_irqchip(vcpu->kvm))
+	irq_set_irqchip_state(irq, IRQCHIP_STATE_ACTIVE, false);
 if (userspace_irqchip(...) && !static_branch_unlikely(...)) S
 ...>
 }
