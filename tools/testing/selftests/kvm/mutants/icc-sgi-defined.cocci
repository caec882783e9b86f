// SPDX-License-Identifier: GPL-2.0
// breaks: REG-9
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
//
// A guest without a vgic reaches the emulation of ICC_SGI1R_EL1, as in CVE-2024-46707; GICv3
// hosts.

@@
@@
 access_gic_sgi(...)
 {
 <...
-	!kvm_has_gicv3(...)
+	0
 ...>
 }
