// SPDX-License-Identifier: GPL-2.0
// breaks: PRG-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
// equivalent: a line that falls forces an exit, and the vcpu_load() after it unmasks the same
//
// After a guest exit nothing looks whether the line of the vtimer fell.

@@
@@
 kvm_arch_vcpu_ioctl_run(...)
 {
 <...
-	if (unlikely(!irqchip_in_kernel(vcpu->kvm))) kvm_timer_sync_user(...);
 ...>
 }
