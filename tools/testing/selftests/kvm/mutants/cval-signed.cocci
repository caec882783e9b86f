// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-4
// modes: nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// CVAL is compared as a signed number where KVM compares it itself.

@@
typedef s64;
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
@@
 f(...)
 {
 <...
-	return cval <= now;
+	return (s64)cval <= (s64)now;
 ...>
 }
