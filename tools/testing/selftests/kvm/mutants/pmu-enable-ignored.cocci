// SPDX-License-Identifier: GPL-2.0
// breaks: PMU-2
// modes: vhe nvhe
// file: arch/arm64/kvm/pmu-emul.c
//
// An overflow drives the line where its interrupt is not enabled.

@@
expression reg, r;
@@
 kvm_pmu_overflow_status(...)
 {
 <...
(
-	reg &= __vcpu_sys_reg(vcpu, PMINTENSET_EL1);
|
-	reg &= vcpu_read_sys_reg(vcpu, PMINTENSET_EL1);
)
 ...>
 }
