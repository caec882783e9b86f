// SPDX-License-Identifier: GPL-2.0
// breaks: REG-4.off
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_ARM_VCPU_POWER_OFF is ignored.

@@
expression e;
identifier f;
symbol vcpu;
@@
 kvm_arch_vcpu_ioctl_vcpu_init(...)
 {
 <...
- if (e)
-	f(vcpu);
- else
	WRITE_ONCE(vcpu->arch.mp_state.mp_state, KVM_MP_STATE_RUNNABLE);
 ...>
 }
