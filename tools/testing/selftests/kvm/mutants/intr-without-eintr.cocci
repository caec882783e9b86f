// SPDX-License-Identifier: GPL-2.0
// breaks: INV-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_RUN returns 0 with the exit reason KVM_EXIT_INTR.

@@
expression ret, run;
@@
 kvm_vcpu_exit_request(...)
 {
 <...
 *ret =
-	-EINTR
+	0
	;
 run->exit_reason = KVM_EXIT_INTR;
 ...>
 }
