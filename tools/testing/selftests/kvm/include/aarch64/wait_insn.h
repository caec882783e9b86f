/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions with which guest code waits (Arm ARM D1.6). Each may end for no
 * reason at all.
 */
#ifndef SELFTEST_KVM_WAIT_INSN_H
#define SELFTEST_KVM_WAIT_INSN_H

#include "arch_timer.h"
#include "processor.h"

/** wait_wfi() - wait for an interrupt, be it masked or not */
static inline void wait_wfi(void)
{
	asm volatile("wfi" ::: "memory");
}

/** wait_wfi_before() - wait_wfi() in one place of a program; @label[] is the next instruction */
#define wait_wfi_before(label)							\
	asm volatile("wfi\n"							\
		     ".globl " #label "\n"					\
		     #label ":" ::: "memory")

/** wait_expiry() - wait with WFI until @timer has expired */
static inline void wait_expiry(enum arch_timer timer)
{
	do {
		wait_wfi();
	} while (!(timer_get_ctl(timer) & CTL_ISTATUS));
}

/*
 * FEAT_WFxT, by their encodings for assemblers that do not know them: no longer
 * than until the virtual counter has reached @cnt.
 */
static inline void wait_wfit(u64 cnt)
{
	asm volatile("msr s0_3_c1_c0_1, %0" : : "r"(cnt) : "memory");
}

static inline void wait_wfet(u64 cnt)
{
	asm volatile("msr s0_3_c1_c0_0, %0" : : "r"(cnt) : "memory");
}

#endif /* SELFTEST_KVM_WAIT_INSN_H */
