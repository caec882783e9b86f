// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-2
// modes: vhe nvhe
// file: arch/arm64/kvm/vgic/vgic-v3.c arch/arm64/kvm/vgic/vgic-v2.c
//
// A timer interrupt that is still asserted is pending while it is active.

@@
identifier f = { vgic_v3_populate_lr, vgic_v3_compute_lr, vgic_v2_populate_lr, vgic_v2_compute_lr };
symbol irq, allow_pending;
@@
 f(...)
 {
 <...
-	if (irq->active) allow_pending = false;
 ...>
 }
