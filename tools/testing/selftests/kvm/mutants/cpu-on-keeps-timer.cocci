// SPDX-License-Identifier: GPL-2.0
// breaks: REG-5.psci
// modes: vhe nvhe
// file: arch/arm64/kvm/reset.c
// since: 6.12
//
// PSCI CPU_ON leaves the timers of the vCPU as they were.

@@
symbol reset_state, vcpu;
@@
 kvm_reset_vcpu(...)
 {
+	u64 cntv_ctl = ctxt_sys_reg(&vcpu->arch.ctxt, CNTV_CTL_EL0);
+	u64 cntp_ctl = ctxt_sys_reg(&vcpu->arch.ctxt, CNTP_CTL_EL0);
 ...
 kvm_timer_vcpu_reset(vcpu);
+	if (reset_state.reset) {
+		ctxt_sys_reg(&vcpu->arch.ctxt, CNTV_CTL_EL0) = cntv_ctl;
+		ctxt_sys_reg(&vcpu->arch.ctxt, CNTP_CTL_EL0) = cntp_ctl;
+	}
 ...
 }
