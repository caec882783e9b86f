// SPDX-License-Identifier: GPL-2.0
// breaks: REG-3.offset
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
// since: 6.4
//
// A vCPU that is added moves the VM's counters back.

@@
@@
 kvm_timer_vcpu_init(...)
 {
 <...
-	!test_bit(KVM_ARCH_FLAG_VM_COUNTER_OFFSET, ...)
+	true
 ...>
 }
