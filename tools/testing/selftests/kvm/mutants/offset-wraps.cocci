// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-7
// modes: vhe
// file: arch/arm64/kvm/arch_timer.c
// since: 7.3
//
// CVAL plus the counter offset of the VM overflows, as it did from 6.4 to 7.2.

@@
expression cval, offset;
@@
 timer_restore_state(...)
 {
 <...
	set_cntpoff(offset);
-	if (offset)
-		cval = timer_apply_offset(cval, offset, ...);
+	cval += offset;
 ...>
 }
