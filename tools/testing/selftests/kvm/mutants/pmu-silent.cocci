// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// An overflow of a counter forces no exit and does not end WFI.

@@
@@
 kvm_irq_update_run(...)
 {
 <...
-	r |= kvm_pmu_update_run(vcpu);
+	kvm_pmu_update_run(vcpu);
 ...>
 }

@@
@@
 kvm_vcpu_exit_request(...)
 {
 <...
-	kvm_pmu_should_notify_user(vcpu)
+	0
 ...>
 }
