// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-2
// modes: vhe nvhe
// file: arch/arm64/kvm/sys_regs.c
//
// A guest cannot set the overflow flag of a counter.

@@
identifier vcpu, p, r;
@@
 access_pmovs(struct kvm_vcpu *vcpu, struct sys_reg_params *p, const struct sys_reg_desc *r)
 {
+	if (p->is_write && (r->CRm & 0x2))
+		return true;
 ...
 }
