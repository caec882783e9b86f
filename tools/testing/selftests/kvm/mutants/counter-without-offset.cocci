// SPDX-License-Identifier: GPL-2.0
// breaks: OLD-3.offset.ptimer
// modes: vhe nvhe
// file: arch/arm64/kvm/hyp/include/hyp/switch.h
// since: 6.13
//
// The guest reads the host's physical counter, whatever offset its own has.

@@
identifier ctxt;
@@
 compute_counter_value(struct arch_timer_context *ctxt)
 {
-	return arch_timer_read_cntpct_el0() - timer_get_offset(ctxt);
+	return arch_timer_read_cntpct_el0();
 }
