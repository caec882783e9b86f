// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.chain
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// A counter of the host's events that overflows does not count for the one chained to it.

@@
@@
 kvm_pmu_perf_overflow(...)
 {
 <...
-	if (kvm_pmu_counter_can_chain(...))
-		kvm_pmu_counter_increment(...);
 ...>
 }
