// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.running
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
// since: 6.15
//
// A counter that is enabled or disabled under PMCR_EL0.E heeds it at the next change
// of E.

@@
@@
 access_pmcnten(...)
 {
 <...
-	kvm_pmu_reprogram_counter_mask(...);
 ...>
 }
