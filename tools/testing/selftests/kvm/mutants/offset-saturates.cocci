// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-7.ahead
// modes: vhe
// file: arch/arm64/kvm/arch_timer.c
// since: 7.3
//
// The ptimer of a guest that is ahead of the host never fires.

@@
expression cval, offset;
@@
 timer_restore_state(...)
 {
 <...
	set_cntpoff(offset);
-	if (offset)
-		cval = timer_apply_offset(cval, offset, ...);
+	if (check_add_overflow(cval, offset, &cval))
+		cval = U64_MAX;
 ...>
 }
