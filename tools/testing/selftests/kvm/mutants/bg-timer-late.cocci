// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-1
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A vCPU in WFI wakes a minute after its timer expired.

@@
expression t, e;
@@
 kvm_timer_blocking(...)
 {
 ...
 soft_timer_start(t,
-	e
+	e + 60 * NSEC_PER_SEC
	);
 }
