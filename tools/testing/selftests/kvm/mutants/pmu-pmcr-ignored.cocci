// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-2
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// An overflow drives the line while PMCR.E is 0.

@@
expression e;
@@
 kvm_pmu_overflow_status(...)
 {
 <...
(
	if (
-	    !(e & ARMV8_PMU_PMCR_E)
+	    0
	   ) { ... }
|
	if (
-	    (e & ARMV8_PMU_PMCR_E)
+	    1
	   ) { ... }
)
 ...>
 }
