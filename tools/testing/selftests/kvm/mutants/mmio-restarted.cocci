// SPDX-License-Identifier: GPL-2.0
// breaks: EXIT-10
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// An MMIO access whose completion meets a forced exit is made again.

@@
identifier vcpu, ret;
@@
 kvm_vcpu_exit_request(struct kvm_vcpu *vcpu, int *ret)
 {
 <...
 *ret = -EINTR;
+if (kvm_vcpu_trap_get_class(vcpu) == ESR_ELx_EC_DABT_LOW)
+	vcpu_clear_flag(vcpu, INCREMENT_PC);
 ...>
 }
