// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-1.vtimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The host interrupt of a vtimer masks it in the guest's CTL, as up to 4.14 (36e5cfd410ad).

@@
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
symbol ctx;
statement S;
@@
 kvm_arch_timer_handler(...)
 {
 <...
+if (userspace_irqchip(vcpu->kvm) && ctx == map.direct_vtimer)
+	write_sysreg_el0(read_sysreg_el0(SYS_CNTV_CTL) | ARCH_TIMER_CTRL_IT_MASK, SYS_CNTV_CTL);
 if (f(ctx)) S
 ...>
 }
