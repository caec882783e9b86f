// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-5.pmu
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// A counter counts only on the CPU where it was enabled.

@@
expression a;
symbol vcpu;
@@
 kvm_pmu_create_perf_event(...)
 {
 <...
 perf_event_create_kernel_counter(a,
-	-1
+	vcpu->cpu
	, ...)
 ...>
 }
