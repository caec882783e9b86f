// SPDX-License-Identifier: GPL-2.0
// breaks: LVL-6.vtimer
// modes: vhe nvhe
// file: arch/arm64/kvm/arch_timer.c
//
// A vtimer that was high when it was disabled does not rise when it is enabled again.

@r@
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
expression c;
@@
 f(...)
 {
 <...
-	(c & ARCH_TIMER_CTRL_ENABLE)
+	(may_rise(index, c) && (c & ARCH_TIMER_CTRL_ENABLE))
 ...>
 }

@depends on r@
identifier f = { kvm_timer_pending, kvm_timer_should_fire };
identifier ctx;
typedef bool, u32, u64;
@@
+static bool may_rise(enum kvm_arch_timers index, u32 ctl)
+{
+	static u64 high = 1, low = 1;
+	u64 cval;
+
+	if (index != TIMER_VTIMER)
+		return true;
+	cval = read_sysreg_el0(SYS_CNTV_CVAL);
+	if (low == cval)
+		return false;
+	low = 1;
+	if (ctl & ARCH_TIMER_CTRL_ENABLE)
+		high = cval;
+	else if (high == cval)
+		low = cval;
+	return true;
+}
+
 static bool f(struct arch_timer_context *ctx)
 {
 ...
 }
