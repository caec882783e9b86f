// SPDX-License-Identifier: GPL-2.0
// breaks: VGC-5
// modes: vhe nvhe
// file: arch/arm64/kvm/vgic/vgic-init.c
//
// A vgic can be created once a vCPU has run.

@@
@@
 kvm_vgic_create(...)
 {
 <...
 if (
-    vcpu_has_run_once(...)
+    0
    ) goto out_unlock;
 ...>
 }
