/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Running a VM whose interrupt controller is in userspace: one path for every
 * KVM_RUN, which checks the invariants INV-1..INV-4, feeds the exit log and
 * obeys the watchdog.
 *
 * device_irq_level is called the field below.
 */
#ifndef SELFTEST_KVM_USER_IRQ_H
#define SELFTEST_KVM_USER_IRQ_H

#include "kvm_util.h"
#include "arch_timer.h"
#include "subtest.h"
#include "ucall_common.h"

#define DEVICE_IRQ_ALL (KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER | KVM_ARM_DEV_PMU)

/* One page without memory behind it, for MMIO of the tests' own: same GVA and GPA */
#define TEST_MMIO_GPA 0x48000000ul
#define test_mmio ((volatile u32 *)TEST_MMIO_GPA)

/** CVAL_NEVER - a compare value that is met in no test's lifetime: 2^56 ticks */
#define CVAL_NEVER (1ul << 56)

/**
 * struct guest_timer - one of the two timers of EL1
 * @timer: for the accessors in arch_timer.h
 * @level: its bit in the field
 */
struct guest_timer {
	const char *name;
	enum arch_timer timer;
	u64 level;
};

extern const struct guest_timer guest_vtimer;
extern const struct guest_timer guest_ptimer;

/* A row that holds for each timer: two subtests */
#define TIMER_SUBTESTS(_id, _words, _fn)			\
	{ _id ".vtimer", _words, _fn, &guest_vtimer },		\
	{ _id ".ptimer", _words, _fn, &guest_ptimer }

/**
 * struct vcpu_exit - one return of KVM_RUN, decoded
 * @rc: 0 or -1
 * @reason: KVM_EXIT_*
 * @before: the field as userspace left it
 * @level: the field as KVM left it
 * @forced: EINTR that no signal explains: KVM wants userspace to see the field
 * @signal: EINTR with a signal, pending or handled
 * @nr_forced: forced exits that run_past_forced() went through on the way
 * @uc: the ucall, uc.cmd UCALL_NONE if it is none
 */
struct vcpu_exit {
	int rc;
	u32 reason;
	u64 before;
	u64 level;
	bool forced;
	bool signal;
	unsigned int nr_forced;
	struct ucall uc;
};

/** user_irq_require() - skip the test unless the host has KVM_CAP_ARM_USER_IRQ */
void user_irq_require(void);

/**
 * user_irq_vm_create() - a VM without irqchip, one vCPU, and test_mmio mapped
 * @vcpu: where to return the vCPU
 * @guest_code: void (*)(const struct guest_timer *)
 * @timer: argument of @guest_code
 *
 * Skips the test where the host has no KVM_CAP_ARM_USER_IRQ.
 */
struct kvm_vm *user_irq_vm_create(struct kvm_vcpu **vcpu, void *guest_code,
				  const struct guest_timer *timer);

/** run_once() - one KVM_RUN. Guest assertions and exceptions fail the test here */
struct vcpu_exit run_once(struct kvm_vcpu *vcpu);

/** MAX_FORCED - more forced exits in a row than any test can cause */
#define MAX_FORCED 1000

/** run_past_forced() - run_once() until it returns something else than a forced exit */
struct vcpu_exit run_past_forced(struct kvm_vcpu *vcpu);

/** run_expect_vgic() - from now on INV-4 holds for @vm: no field, no forced exit */
void run_expect_vgic(struct kvm_vm *vm);

/** vcpu_get_pc() - PC of a stopped vCPU */
u64 vcpu_get_pc(struct kvm_vcpu *vcpu);

/** vcpu_get_vcnt() - guest virtual counter of a stopped vCPU, in ticks */
u64 vcpu_get_vcnt(struct kvm_vcpu *vcpu);

/** user_irq_signal_handler() - sa_handler that run_once() knows to be a signal */
void user_irq_signal_handler(int sig);

void exit_assert(bool ok, const struct vcpu_exit *x, const char *file, unsigned int line,
		 const char *fmt, ...) __printf(5, 6);

/* What an exit must be. Failing, each prints what it was instead. */
#define assert_forced(x, want_level)						\
	exit_assert((x).forced && (x).level == (want_level), &(x), __FILE__, __LINE__, \
		    "expected a forced exit with field %#lx", (u64)(want_level))

#define assert_sync(x, stage)							\
	exit_assert((x).uc.cmd == UCALL_SYNC && (x).uc.args[1] == (u64)(stage), &(x), \
		    __FILE__, __LINE__, "expected GUEST_SYNC(%lu)", (u64)(stage))

#define assert_done(x)								\
	exit_assert((x).uc.cmd == UCALL_DONE, &(x), __FILE__, __LINE__, "expected GUEST_DONE()")

#define assert_reason(x, _reason)						\
	exit_assert(!(x).rc && (x).reason == (_reason), &(x), __FILE__, __LINE__, \
		    "expected exit reason %s", exit_reason_str(_reason))

#define assert_level(x, want_level)						\
	exit_assert((x).level == (want_level), &(x), __FILE__, __LINE__,	\
		    "expected field %#lx", (u64)(want_level))

#define assert_nr_forced(x, want)						\
	exit_assert((x).nr_forced == (want), &(x), __FILE__, __LINE__,		\
		    "expected %u forced exits before this one, there were %u",	\
		    (unsigned int)(want), (x).nr_forced)

#endif /* SELFTEST_KVM_USER_IRQ_H */
