// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.event
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// Whichever counter overflows, the flag that is set is the cycle counter's.

@@
symbol idx, cpu_pmu;
@@
 kvm_pmu_perf_overflow(...)
 {
 ...
 cpu_pmu->pmu.stop(...);
+	idx = ARMV8_PMU_CYCLE_IDX;
 ...
 }
