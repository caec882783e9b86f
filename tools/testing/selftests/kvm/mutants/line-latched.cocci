// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-4
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A line is latched: it falls by itself once the vCPU has been entered.

@@
expression ret, vcpu;
@@
 kvm_arch_vcpu_ioctl_run(...)
 {
 <...
 ret = kvm_arm_vcpu_enter_exit(vcpu);
+vcpu->arch.hcr_el2 &= ~(HCR_VI | HCR_VF);
 ...>
 }
