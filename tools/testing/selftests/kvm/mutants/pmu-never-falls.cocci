// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-2
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// The PMU bit goes up and never down.

@@
@@
 kvm_pmu_should_notify_user(...)
 {
 <...
(
-	kvm_pmu_overflow_status(vcpu) != run_level
+	kvm_pmu_overflow_status(vcpu) && !run_level
|
-	pmu->irq_level != run_level
+	pmu->irq_level && !run_level
)
 ...>
 }

@@
expression l;
@@
 kvm_pmu_update_run(...)
 {
 ...
-	l &= ~KVM_ARM_DEV_PMU;
 ...
 }
