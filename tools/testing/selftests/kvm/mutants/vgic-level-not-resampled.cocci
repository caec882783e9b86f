// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-2
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// The vgic takes the input of a timer for low whenever it asks.

@@
@@
 kvm_arch_timer_get_input_level(...)
 {
 <...
(
-	return kvm_timer_pending(...);
+	return false;
|
-	return kvm_timer_should_fire(...);
+	return false;
)
 ...>
 }
