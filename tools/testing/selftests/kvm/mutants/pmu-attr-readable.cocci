// SPDX-License-Identifier: GPL-2.0
// breaks: CAP-5
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// The number of the PMU interrupt is just not set yet where there is no vgic.

@@
@@
 kvm_arm_pmu_v3_get_attr(...)
 {
 <...
 int irq;
-if (!irqchip_in_kernel(...))
-	return -EINVAL;
 ...>
 }
