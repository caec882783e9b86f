// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.32bit
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
// since: 6.2
//
// The cycle counter overflows at 2^64 whatever PMCR_EL0.LC says.

@@
identifier pmc;
@@
 kvm_pmc_has_64bit_overflow(struct kvm_pmc *pmc)
 {
+	if (pmc->idx == ARMV8_PMU_CYCLE_IDX)
+		return true;
 ...
 }
