// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-5
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// The number of the PMU interrupt can be set without a vgic.

@@
@@
 kvm_arm_pmu_v3_set_attr(...)
 {
 <...
 int irq;
-if (!irqchip_in_kernel(...))
-	return -EINVAL;
 ...>
 }
