// SPDX-License-Identifier: GPL-2.0
// breaks: INV-3
// modes: vhe nvhe
// file: arch/arm64/kvm/arm.c
//
// A forced exit leaves the exit reason of before.

@@
expression ret, run;
@@
 kvm_vcpu_exit_request(...)
 {
 <...
 *ret = -EINTR;
-run->exit_reason = KVM_EXIT_INTR;
 ...>
 }
