// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-1.sleep
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A timer keeps vCPUs of VMs with a vgic from sleeping in WFI.

@@
identifier v;
expression e;
@@
 kvm_cpu_has_pending_timer(struct kvm_vcpu *v)
 {
 ...
-	return e;
+	return irqchip_in_kernel(v->kvm) || (e);
 }
