// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-1.64bit
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// The cycle counter overflows at 2^32 whatever PMCR_EL0.LC says.

@@
expression val, counter;
@@
 compute_period(...)
 {
 <...
-	val = (-counter) & GENMASK(63, 0);
+	val = (-counter) & GENMASK(31, 0);
 ...>
 }
