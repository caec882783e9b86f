// SPDX-License-Identifier: GPL-2.0
// breaks: NEW-3.lower
// modes: nohz:vhe nohz:nvhe
// file: arch/arm64/kvm/arm.c
//
// KVM_IRQ_LINE does not stop a vCPU whose line falls; a host tick hides it.

@@
symbol set, level;
@@
 vcpu_interrupt_line(...)
 {
 <...
-	set == level
+	set == level || !level
 ...>
 }
