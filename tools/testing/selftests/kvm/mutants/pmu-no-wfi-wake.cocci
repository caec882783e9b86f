// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A counter that overflows does not end WFI.

@@
expression v;
@@
 kvm_arch_vcpu_runnable(...)
 {
 <...
-	(kvm_timer_should_notify_user(v) || kvm_pmu_should_notify_user(v))
+	kvm_timer_should_notify_user(v)
 ...>
 }
