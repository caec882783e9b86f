/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest code's view of the Generic Timer (Arm ARM D12 and D24.10).
 *
 * All times are in ticks of the system counter unless a name says otherwise.
 */
#ifndef SELFTEST_KVM_ARCH_TIMER_H
#define SELFTEST_KVM_ARCH_TIMER_H

#include "processor.h"

enum arch_timer {
	VIRTUAL,
	PHYSICAL,
};

#define CTL_ENABLE	(1u << 0)
#define CTL_IMASK	(1u << 1)
#define CTL_ISTATUS	(1u << 2)

/* CNTV_* for VIRTUAL, CNTP_* for PHYSICAL */
#define __timer_read(t, reg) \
	((t) == VIRTUAL ? read_sysreg(cntv##reg) : read_sysreg(cntp##reg))
#define __timer_write(t, val, reg)						\
do {										\
	if ((t) == VIRTUAL)							\
		write_sysreg(val, cntv##reg);					\
	else									\
		write_sysreg(val, cntp##reg);					\
	isb();									\
} while (0)

/** timer_get_cntfrq() - frequency of the counter in Hz */
static inline u32 timer_get_cntfrq(void)
{
	return read_sysreg(cntfrq_el0);
}

/** timer_get_cntct() - the counter that @timer compares with, read in program order */
static inline u64 timer_get_cntct(enum arch_timer timer)
{
	isb();
	return __timer_read(timer, ct_el0);
}

static inline u64 timer_get_cval(enum arch_timer timer)
{
	return __timer_read(timer, _cval_el0);
}

static inline void timer_set_cval(enum arch_timer timer, u64 cval)
{
	__timer_write(timer, cval, _cval_el0);
}

/** timer_set_tval() - CVAL = counter + @tval, a signed 32-bit offset */
static inline void timer_set_tval(enum arch_timer timer, s32 tval)
{
	__timer_write(timer, (u64)(u32)tval, _tval_el0);
}

/** timer_get_ctl() - CTL_ENABLE, CTL_IMASK and CTL_ISTATUS of @timer */
static inline u32 timer_get_ctl(enum arch_timer timer)
{
	isb();
	return __timer_read(timer, _ctl_el0);
}

static inline void timer_set_ctl(enum arch_timer timer, u32 ctl)
{
	__timer_write(timer, ctl, _ctl_el0);
}

static inline u64 usec_to_cycles(u64 usec)
{
	return usec * timer_get_cntfrq() / 1000000;
}

static inline u64 msec_to_cycles(u64 msec)
{
	return msec * timer_get_cntfrq() / 1000;
}

static inline u64 cycles_to_usec(u64 cycles)
{
	return cycles * 1000000 / timer_get_cntfrq();
}

#endif /* SELFTEST_KVM_ARCH_TIMER_H */
