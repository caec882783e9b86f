// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-1.hrtimer
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// No hrtimer is started for an emulated timer without a vgic: the host's next tick tells.

@@
identifier ctx;
expression hrtimer, ns;
@@
 timer_emulate(struct arch_timer_context *ctx)
 {
 <...
-	soft_timer_start(hrtimer, ns);
+	if (!userspace_irqchip(timer_context_to_vcpu(ctx)->kvm))
+		soft_timer_start(hrtimer, ns);
 ...>
 }
