// SPDX-License-Identifier: GPL-2.0
// breaks: SMP-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A timer that expires wakes vCPU 0 from WFI, whoever it belongs to.

@@
symbol vcpu;
@@
 kvm_bg_timer_expire(...)
 {
 <...
-	kvm_vcpu_wake_up(vcpu);
+	kvm_vcpu_wake_up(kvm_get_vcpu(vcpu->kvm, 0));
 ...>
 }
