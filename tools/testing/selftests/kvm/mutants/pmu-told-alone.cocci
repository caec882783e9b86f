// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
// since: 7.2
//
// A forced exit for the PMU does not show what the timers do at that moment.

@@
identifier r, vcpu;
@@
 kvm_irq_update_run(...)
 {
 ...
-	r  = kvm_timer_update_run(vcpu);
-	r |= kvm_pmu_update_run(vcpu);
+	r = kvm_pmu_update_run(vcpu) || kvm_timer_update_run(vcpu);
 ...
 }

@@
identifier vcpu, ret;
@@
 kvm_arch_vcpu_ioctl_run(struct kvm_vcpu *vcpu)
 {
 ...
 int ret;
 <...
 if (
-    unlikely(!irqchip_in_kernel(vcpu->kvm))
+    !irqchip_in_kernel(vcpu->kvm) && ret != -EINTR
    )
	kvm_irq_update_run(vcpu);
 ...>
 }
