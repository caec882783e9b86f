// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.running
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
// since: 6.15
//
// PMCR_EL0.E starts the counters, but does not stop them.

@@
expression old, val;
@@
 kvm_pmu_handle_pmcr(...)
 {
 <...
-	(old ^ val) & ARMV8_PMU_PMCR_E
+	val & ARMV8_PMU_PMCR_E
 ...>
 }
