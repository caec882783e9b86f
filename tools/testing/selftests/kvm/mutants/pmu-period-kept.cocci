// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.once
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// After its first overflow a counter overflows again and again.

@@
expression e, period;
@@
 kvm_pmu_perf_overflow(...)
 {
 <...
-	e->hw.sample_period = period;
 ...>
 }
