// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.running
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
// since: 6.4
//
// A running counter that is written stops.

@@
@@
 kvm_pmu_set_pmc_value(...)
 {
 <...
-	kvm_pmu_create_perf_event(...);
 ...>
 }
