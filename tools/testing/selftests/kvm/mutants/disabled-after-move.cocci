// SPDX-License-Identifier: GPL-2.0
// breaks: BLK-5
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A vCPU that comes to another host CPU finds its vtimer disabled.

@@
identifier vcpu;
@@
 kvm_timer_vcpu_load(struct kvm_vcpu *vcpu)
 {
 <...
+	{
+		static struct kvm_vcpu *here[NR_CPUS];
+
+		if (here[vcpu->cpu] != vcpu && vcpu->stat.exits)
+			timer_set_ctl(map.direct_vtimer, 0);
+		here[vcpu->cpu] = vcpu;
+	}
	timer_restore_state(map.direct_vtimer);
 ...>
 }
