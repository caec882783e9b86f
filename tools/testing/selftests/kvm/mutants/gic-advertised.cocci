// SPDX-License-Identifier: GPL-2.0
// breaks: REG-9
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
// since: 6.12
//
// ID_AA64PFR0_EL1 shows a GICv3 to a guest that has none, as up to 6.11; GICv3 hosts.

@@
expression e;
@@
 kvm_finalize_sys_regs(...)
 {
 <...
-	e & ~ID_AA64PFR0_EL1_GIC
+	e
 ...>
 }

@@
expression e;
@@
 kvm_finalize_sys_regs(...)
 {
 <...
 e &=
-	~ID_AA64PFR0_EL1_GIC_MASK
+	~0ULL
	;
 ...>
 }
