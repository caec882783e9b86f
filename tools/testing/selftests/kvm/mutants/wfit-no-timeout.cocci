// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-8.timeout
// modes: vhe@max nvhe@max
// file: arch/arm64/kvm/arch_timer.c
//
// WFIT has no time-out.

@@
@@
 vcpu_has_wfit_active(...)
 {
-	return ...;
+	return false;
 }
