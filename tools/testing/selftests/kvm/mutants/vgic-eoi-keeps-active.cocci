// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-3
// modes: vhe nvhe
// file: arch/arm64/kvm/vgic/vgic-v3.c arch/arm64/kvm/vgic/vgic-v2.c
//
// The end of a timer interrupt in the guest does not deactivate the host's.

@@
identifier f = { vgic_v3_populate_lr, vgic_v3_compute_lr, vgic_v2_populate_lr, vgic_v2_compute_lr };
identifier val;
@@
 f(...)
 {
 <...
(
-	val |= ICH_LR_HW;
|
-	val |= GICH_LR_HW;
)
 ...>
 }
