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
#include "user_vcpu.h"

#define DEVICE_IRQ_ALL (KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER | KVM_ARM_DEV_PMU)

/*
 * One page without memory behind it, for MMIO of the tests' own: same GVA and
 * GPA. The same table as for ucalls maps it, so that the first access causes no
 * stage-2 fault that KVM would handle.
 */
#define TEST_MMIO_GPA 0x40010000ul
#define test_mmio ((volatile u32 *)TEST_MMIO_GPA)

/**
 * struct guest_timer - one of the two timers of EL1
 * @timer: for the accessors in arch_timer.h
 * @level: its bit in the field
 * @ctl_reg: ONE_REG id of its CTL; those of the ptimer came with Linux 6.4
 * @cval_reg: of its CVAL
 * @cnt_reg: of its counter
 */
struct guest_timer {
	const char *name;
	enum arch_timer timer;
	u64 level;
	u64 ctl_reg;
	u64 cval_reg;
	u64 cnt_reg;
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

/**
 * user_irq_require_timer() - skip the test unless guests can use @timer, NULL for neither
 *
 * On VHE hosts whose GIC has no vgic an expired ptimer locks up the host: PRG-6.
 */
void user_irq_require_timer(const struct guest_timer *timer);

/** host_emulates_ptimer() - is the ptimer software, and only the vtimer hardware, as on nVHE? */
bool host_emulates_ptimer(void);

/** host_has_vgic() - can the host create a vgic of some version? */
bool host_has_vgic(void);

/* Releases of Linux, for the few differences that cannot be probed */
#define RELEASE(major, minor) ((major) * 1000u + (minor))

/** host_release() - RELEASE() of the running kernel */
unsigned int host_release(void);

/** TEST_REQUIRE_SINCE() - skip the test unless @f; fail it from Linux @major.@minor on */
#define TEST_REQUIRE_SINCE(major, minor, f, fmt, ...)				\
do {										\
	bool __has = (f);							\
										\
	TEST_ASSERT(__has || host_release() < RELEASE(major, minor),		\
		    fmt ", in spite of its release", ##__VA_ARGS__);		\
	__TEST_REQUIRE(__has, fmt " (Linux " #major "." #minor ")", ##__VA_ARGS__); \
} while (0)

/**
 * user_irq_vm_create() - a VM without irqchip, one vCPU, and test_mmio mapped
 * @vcpu: where to return the vCPU
 * @guest_code: void (*)(const struct guest_timer *)
 * @timer: argument of @guest_code
 *
 * Skips the test where the host has no KVM_CAP_ARM_USER_IRQ, or cannot have guests
 * use @timer.
 */
struct kvm_vm *user_irq_vm_create(struct kvm_vcpu **vcpu, void *guest_code,
				  const struct guest_timer *timer);

/** run_once() - one KVM_RUN. Guest assertions and exceptions fail the test here */
struct vcpu_exit run_once(struct kvm_vcpu *vcpu);

/**
 * host_interrupts_mark() - count this CPU's interrupts of @timer from here on
 * @timer: NULL for those that kick a vCPU out of the guest
 *
 * For threads that are pinned: what other CPUs run does not count.
 *
 * On a CPU with little else to do a host interrupt of another kind tells an expiry
 * that @timer's own did not, if late.
 */
void host_interrupts_mark(const struct guest_timer *timer);

/**
 * assert_host_interrupts() - most of @nr_due interrupted this CPU
 *
 * @nr_due: expiries, or kicks, that came while the guest ran. One that comes while the
 * vCPU is preempted is told by the next load
 *
 * All would if something else never ended the guest's run in the very moment. Nothing
 * is asserted of emulated timers, nor where /proc/interrupts has no line of @timer.
 */
void assert_host_interrupts(const struct guest_timer *timer, u64 nr_expiries);

/** run_waiting_for() - what the next KVM_RUNs wait for, for the words of the watchdog */
void run_waiting_for(const char *what);

/** MAX_FORCED - more forced exits in a row than any test can cause */
#define MAX_FORCED 1000

/** run_past_forced() - run_once() until it returns something else than a forced exit */
struct vcpu_exit run_past_forced(struct kvm_vcpu *vcpu);

/**
 * run_check_only() - from now on check just invariant INV-@nr
 *
 * For the tests of the invariants themselves: each is to fail for its own.
 */
void run_check_only(unsigned int nr);

/** run_expect_vgic() - from now on INV-4 holds for @vm: no field, no forced exit */
void run_expect_vgic(struct kvm_vm *vm);

/** run_expect_no_vgic() - @vm is new, even if it is where one with a vgic was */
void run_expect_no_vgic(struct kvm_vm *vm);

/** vcpu_get_pc() - PC of a stopped vCPU */
u64 vcpu_get_pc(struct kvm_vcpu *vcpu);

/** vcpu_get_cnt() - the counter of @timer as a stopped vCPU would read it now, in ticks */
u64 vcpu_get_cnt(struct kvm_vcpu *vcpu, const struct guest_timer *timer);

/** vcpu_wait_for_cnt() - sleep until the counter of @timer has reached @cval */
void vcpu_wait_for_cnt(struct kvm_vcpu *vcpu, const struct guest_timer *timer, u64 cval);

/**
 * user_irq_set_counter_offset() - move both of a VM's counters
 *
 * They become the host's less @offset. Skips the test where the host cannot. The form
 * with underscores returns 0, or -1 with errno.
 */
int __user_irq_set_counter_offset(struct kvm_vm *vm, u64 offset);
void user_irq_set_counter_offset(struct kvm_vm *vm, u64 offset);

/** guest_far_future() - guest side: a compare value that no test lives to see */
u64 guest_far_future(const struct guest_timer *timer);

/**
 * guest_arm_and_read() - guest code that arms its timer and reads test_mmio
 *
 * Ends with GUEST_SYNC_ARGS(1, value read, number of reads) and GUEST_DONE().
 */
void guest_arm_and_read(const struct guest_timer *timer);

/**
 * struct armed_timer - how run_until_armed() or run_past_armed() left the guest
 * @cval: when the timer will expire, in ticks
 * @nr_tries: how often the guest has read test_mmio, this time included
 */
struct armed_timer {
	u64 cval;
	unsigned int nr_tries;
};

/**
 * run_until_armed() - run guest_arm_and_read() up to its MMIO read
 *
 * Upon return the timer is armed and KVM has told of no expiry: should a slow
 * host let it expire too early, the guest tries again with twice the time.
 */
struct armed_timer run_until_armed(struct kvm_vm *vm, struct kvm_vcpu *vcpu);

/** run_past_armed() - the same, and KVM has completed that read, with 0 */
struct armed_timer run_past_armed(struct kvm_vm *vm, struct kvm_vcpu *vcpu);

/** mmio_read_data() - what the pending 32-bit MMIO read is to return */
void mmio_read_data(struct kvm_vcpu *vcpu, u32 val);

/*
 * RUN_SIGNAL is blocked but for the time in KVM_RUN, after run_take_signal(): it
 * ends KVM_RUN whenever it comes, even before, and stays pending until
 * run_consume_signal(), which fails the test if there is none.
 */
#define RUN_SIGNAL SIGUSR1
void run_take_signal(struct kvm_vcpu *vcpu);
void run_consume_signal(void);

/** run_signal_in() - send RUN_SIGNAL in @us microseconds, in place of one still to come */
void run_signal_in(u64 us);

/** run_signal_cancel() - no RUN_SIGNAL of run_signal_in(), not even one that has come */
void run_signal_cancel(void);

/** run_nr_sleeps() - how often the calling thread has gone to sleep, as a vCPU does in WFI */
long run_nr_sleeps(void);

/** user_irq_signal_handler() - sa_handler that run_once() knows to be a signal */
void user_irq_signal_handler(int sig);

void exit_assert(bool ok, const struct vcpu_exit *x, const char *file, unsigned int line,
		 const char *fmt, ...) __printf(5, 6);

/* What an exit must be; @cond looks at it as __x. Failing, says what it was instead. */
#define __assert_exit(x, cond, fmt, ...)					\
do {										\
	const struct vcpu_exit __x = (x);					\
										\
	exit_assert(cond, &__x, __FILE__, __LINE__, "expected " fmt, ##__VA_ARGS__); \
} while (0)

#define assert_forced(x, want)							\
	__assert_exit(x, __x.forced && __x.level == (want),			\
		      "a forced exit with field %#lx", (u64)(want))
#define assert_signal(x) __assert_exit(x, __x.signal, "EINTR by a signal")
#define assert_reason(x, want)							\
	__assert_exit(x, !__x.rc && __x.reason == (want), "exit reason %s", exit_reason_str(want))
#define assert_sync(x, stage)							\
	__assert_exit(x, __x.uc.cmd == UCALL_SYNC && __x.uc.args[1] == (u64)(stage), \
		      "GUEST_SYNC(%lu)", (u64)(stage))
#define assert_done(x) __assert_exit(x, __x.uc.cmd == UCALL_DONE, "GUEST_DONE()")
#define assert_level(x, want) \
	__assert_exit(x, __x.level == (want), "field %#lx", (u64)(want))
/* The next KVM_RUN tells the level, before any guest instruction. */
#define assert_told_first(vcpu, want)						\
do {										\
	u64 __pc = vcpu_get_pc(vcpu);						\
										\
	assert_forced(run_once(vcpu), want);					\
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), __pc);				\
} while (0)
#define assert_nr_forced(x, want)						\
	__assert_exit(x, __x.nr_forced == (want),				\
		      "%u forced exits on the way (there were %u)",		\
		      (unsigned int)(want), __x.nr_forced)

#endif /* SELFTEST_KVM_USER_IRQ_H */
