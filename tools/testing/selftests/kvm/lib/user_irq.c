// SPDX-License-Identifier: GPL-2.0
/*
 * The one path to KVM_RUN for VMs whose interrupt controller is in userspace.
 */
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "exit_log.h"
#include "host_log.h"
#include "user_irq.h"
#include "kernel_vgic.h"

#ifndef KVM_CAP_COUNTER_OFFSET
#define KVM_CAP_COUNTER_OFFSET 227
struct kvm_arm_counter_offset {
	__u64 counter_offset;
	__u64 reserved;
};

#define KVM_ARM_SET_COUNTER_OFFSET _IOW(KVMIO, 0xb5, struct kvm_arm_counter_offset)
#endif

#define MAX_VGIC_VMS 8

const struct guest_timer guest_vtimer = {
	.name = "vtimer",
	.timer = VIRTUAL,
	.level = KVM_ARM_DEV_EL1_VTIMER,
	.ctl_reg = KVM_REG_ARM_TIMER_CTL,
	.cval_reg = KVM_REG_ARM_TIMER_CVAL,
	.cnt_reg = KVM_REG_ARM_TIMER_CNT,
};

const struct guest_timer guest_ptimer = {
	.name = "ptimer",
	.timer = PHYSICAL,
	.level = KVM_ARM_DEV_EL1_PTIMER,
	.ctl_reg = KVM_REG_ARM_PTIMER_CTL,
	.cval_reg = KVM_REG_ARM_PTIMER_CVAL,
	.cnt_reg = KVM_REG_ARM_PTIMER_CNT,
};

static const char *waiting_for = "any exit";
static u64 interrupts_mark;
static struct kvm_vm *vgic_vms[MAX_VGIC_VMS];
static __thread volatile sig_atomic_t nr_signals;

/* Where @vm is, or a place for one if it is NULL; NULL if there is none. */
static struct kvm_vm **vgic_vm(struct kvm_vm *vm)
{
	unsigned int i;

	for (i = 0; i < MAX_VGIC_VMS; i++) {
		if (vgic_vms[i] == vm)
			return &vgic_vms[i];
	}
	return NULL;
}

void run_expect_vgic(struct kvm_vm *vm)
{
	struct kvm_vm **place = vgic_vm(NULL);

	TEST_ASSERT(place, "more than %d VMs with a vgic", MAX_VGIC_VMS);
	*place = vm;
}

void run_expect_no_vgic(struct kvm_vm *vm)
{
	struct kvm_vm **place = vgic_vm(vm);

	if (place)
		*place = NULL;
}

void run_waiting_for(const char *what)
{
	waiting_for = what;
}

void user_irq_signal_handler(int sig)
{
	(void)sig;
	nr_signals++;
}

void run_take_signal(struct kvm_vcpu *vcpu)
{
	/* The kernel's set has 64 signals; none is blocked in KVM_RUN. */
	struct kvm_signal_mask *mask = calloc(1, sizeof(*mask) + sizeof(u64));
	sigset_t set;

	TEST_ASSERT(mask, "out of memory");
	mask->len = sizeof(u64);
	sigemptyset(&set);
	sigaddset(&set, RUN_SIGNAL);
	TEST_ASSERT(!sigprocmask(SIG_BLOCK, &set, NULL), "sigprocmask");
	vcpu_ioctl(vcpu, KVM_SET_SIGNAL_MASK, mask);
	free(mask);
}

/* Returns whether it was pending. */
static bool take_signal(void)
{
	struct timespec none = {};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, RUN_SIGNAL);
	return sigtimedwait(&set, NULL, &none) == RUN_SIGNAL;
}

void run_consume_signal(void)
{
	TEST_ASSERT(take_signal(), "the signal is lost");
}

static void set_signal_timer(u64 us)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RUN_SIGNAL };
	struct itimerspec in = {
		.it_value = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 },
	};
	static timer_t timer;
	static bool created;

	TEST_ASSERT(created || !timer_create(CLOCK_MONOTONIC, &ev, &timer), "timer_create");
	created = true;
	TEST_ASSERT(!timer_settime(timer, 0, &in, NULL), "timer_settime");
}

void run_signal_in(u64 us)
{
	set_signal_timer(us);
}

void run_signal_cancel(void)
{
	set_signal_timer(0);
	take_signal();
}

long run_nr_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

/* Where in a line of /proc/interrupts the number of @cpu is, by the first line; -1 if nowhere */
static int interrupts_column(const char *line, int cpu)
{
	int column, number, len;

	for (column = 0; sscanf(line, " CPU%d%n", &number, &len) == 1; column++, line += len) {
		if (number == cpu)
			return column;
	}
	return -1;
}

static const char *interrupts_name(const struct guest_timer *timer)
{
	if (!timer)
		return "Rescheduling interrupts";
	return timer == &guest_vtimer ? "kvm guest vtimer" : "kvm guest ptimer";
}

/*
 * What this CPU took of a direct timer's interrupts, or of kicks. Returns false where the
 * host does not say, or has none because it emulates that timer.
 */
static bool host_interrupts(const struct guest_timer *timer, u64 *nr)
{
	const char *name = interrupts_name(timer);
	FILE *f = fopen("/proc/interrupts", "r");
	bool found = false;
	char *line = NULL;
	size_t size = 0;
	int column = -1;

	if (f && getline(&line, &size, f) > 0)
		column = interrupts_column(line, sched_getcpu());
	while (column >= 0 && !found && getline(&line, &size, f) > 0) {
		char *count = strchr(line, ':');
		int i;

		if (!count || !strstr(line, name))
			continue;
		found = true;
		count++;
		for (i = 0; i <= column; i++)
			*nr = strtoull(count, &count, 10);
	}
	free(line);
	if (f)
		fclose(f);
	return found;
}

void host_interrupts_mark(const struct guest_timer *timer)
{
	host_interrupts(timer, &interrupts_mark);
}

void assert_host_interrupts(const struct guest_timer *timer, u64 nr_due)
{
	u64 nr;

	if (!host_interrupts(timer, &nr))
		return;
	nr -= interrupts_mark;
	TEST_ASSERT(2 * nr >= nr_due, "%lu %s, but only %lu interrupts of the host's", nr_due,
		    timer ? "expiries" : "kicks", nr);
}

static bool signal_pending(void)
{
	sigset_t pending;

	sigpending(&pending);
	return !sigisemptyset(&pending);
}

bool host_has_vgic(void)
{
	return vgic_supported(KVM_DEV_TYPE_ARM_VGIC_V3) || vgic_supported(KVM_DEV_TYPE_ARM_VGIC_V2);
}

bool host_emulates_ptimer(void)
{
	u64 nr;

	/* KVM asks for the ptimer's interrupt on VHE hosts only. */
	return host_interrupts(&guest_vtimer, &nr) && !host_interrupts(&guest_ptimer, &nr);
}

void user_irq_require_timer(const struct guest_timer *timer)
{
	__TEST_REQUIRE(timer != &guest_ptimer || host_has_vgic() || host_emulates_ptimer(),
		       "VHE host without vgic: an expired ptimer would lock it up (PRG-6)");
}

unsigned int host_release(void)
{
	unsigned int major, minor;
	struct utsname u;

	uname(&u);
	TEST_ASSERT(sscanf(u.release, "%u.%u", &major, &minor) == 2, "release %s", u.release);
	return RELEASE(major, minor);
}

struct kvm_vm *user_irq_vm_create(struct kvm_vcpu **vcpu, void *guest_code,
				  const struct guest_timer *timer)
{
	struct kvm_vm *vm;

	user_irq_require();
	user_irq_require_timer(timer);
	vm = user_irq_vm_create_with_vcpus(1, guest_code, vcpu);
	virt_pg_map(vm, TEST_MMIO_GPA, TEST_MMIO_GPA);
	vcpu_args_set(*vcpu, 1, timer);
	return vm;
}

u64 vcpu_get_pc(struct kvm_vcpu *vcpu)
{
	u64 pc;

	TEST_ASSERT(!__vcpu_get_reg(vcpu, ARM64_CORE_REG(regs.pc), &pc), "KVM_GET_ONE_REG PC");
	return pc;
}

u64 vcpu_get_cnt(struct kvm_vcpu *vcpu, const struct guest_timer *timer)
{
	u64 cnt;

	if (!__vcpu_get_reg(vcpu, timer->cnt_reg, &cnt))
		return cnt;
	/* Before Linux 6.4 there is no PTIMER_CNT; nothing can offset that counter then. */
	TEST_ASSERT(timer == &guest_ptimer && host_release() < RELEASE(6, 4),
		    "KVM_GET_ONE_REG of the counter: %s", strerror(errno));
	return timer_get_cntct(VIRTUAL);
}

void vcpu_wait_for_cnt(struct kvm_vcpu *vcpu, const struct guest_timer *timer, u64 cval)
{
	while (vcpu_get_cnt(vcpu, timer) < cval) {
		TEST_ASSERT(!subtest_timed_out(), "watchdog: the counter has not reached %#lx",
			    cval);
		usleep(100);
	}
}

int __user_irq_set_counter_offset(struct kvm_vm *vm, u64 offset)
{
	struct kvm_arm_counter_offset arg = { .counter_offset = offset };

	TEST_REQUIRE_SINCE(6, 4, vm_check_cap(vm, KVM_CAP_COUNTER_OFFSET),
			   "host has no KVM_CAP_COUNTER_OFFSET");
	return __vm_ioctl(vm, KVM_ARM_SET_COUNTER_OFFSET, &arg);
}

void user_irq_set_counter_offset(struct kvm_vm *vm, u64 offset)
{
	int ret = __user_irq_set_counter_offset(vm, offset);

	TEST_ASSERT(!ret, KVM_IOCTL_ERROR(KVM_ARM_SET_COUNTER_OFFSET, ret));
}

/* Near enough for KVM's conversion to ns not to overflow at any counter frequency. */
u64 guest_far_future(const struct guest_timer *timer)
{
	return timer_get_cntct(timer->timer) + msec_to_cycles(300 * 1000);
}

static unsigned int only_invariant;

void run_check_only(unsigned int nr)
{
	only_invariant = nr;
}

#define INVARIANT(nr, e, fmt, ...)						\
do {										\
	if (!only_invariant || only_invariant == (nr))				\
		TEST_ASSERT(e, "INV-" #nr ": " fmt, ##__VA_ARGS__);		\
} while (0)

static void check_invariants(struct kvm_vcpu *vcpu, const struct vcpu_exit *x, int err,
			     bool immediate_exit)
{
	u64 set = x->level & ~x->before;

	INVARIANT(1, !(set & ~(u64)DEVICE_IRQ_ALL), "KVM set unknown bits: field %#lx -> %#lx",
		  x->before, x->level);

	INVARIANT(3, !x->rc || (x->rc == -1 && err == EINTR), "KVM_RUN returned %d, errno %d (%s)",
		  x->rc, err, strerror(err));
	INVARIANT(3, x->rc || x->reason != KVM_EXIT_INTR, "KVM_RUN returned 0 with KVM_EXIT_INTR");
	INVARIANT(3, !x->rc || immediate_exit || x->reason == KVM_EXIT_INTR,
		  "KVM_RUN returned EINTR with exit reason %u (%s)", x->reason,
		  exit_reason_str(x->reason));

	if (vgic_vm(vcpu->vm)) {
		INVARIANT(4, !x->level, "field %#lx with an in-kernel vgic", x->level);
		INVARIANT(4, !x->forced, "forced exit with an in-kernel vgic");
	}
	INVARIANT(2, !x->forced || x->level != x->before,
		  "EINTR without a signal, and the field is still %#lx", x->level);
}

struct vcpu_exit run_once(struct kvm_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	bool immediate_exit = run->immediate_exit;
	struct vcpu_exit x = { .before = run->s.regs.device_irq_level };
	sig_atomic_t signals = nr_signals;
	int err;

	subtest_enter_run(&run->immediate_exit);
	errno = 0;
	x.rc = __vcpu_run(vcpu);
	err = errno;
	x.reason = run->exit_reason;
	x.level = run->s.regs.device_irq_level;
	subtest_leave_run();
	exit_log_add(vcpu, x.rc, err, x.before);

	errno = 0;
	if (subtest_timed_out())
		TEST_FAIL("KVM_RUN on vCPU %u did not return: waited for %s", vcpu->id,
			  waiting_for);
	x.signal = x.rc && (signals != nr_signals || signal_pending());
	x.forced = x.rc && err == EINTR && !x.signal && !immediate_exit;
	check_invariants(vcpu, &x, err, immediate_exit);

	if (!x.rc) {
		assert_on_unhandled_exception(vcpu);
		get_ucall(vcpu, &x.uc);
		if (x.uc.cmd == UCALL_ABORT)
			REPORT_GUEST_ASSERT(x.uc);
	}
	return x;
}

struct vcpu_exit run_past_forced(struct kvm_vcpu *vcpu)
{
	unsigned int nr_forced;
	struct vcpu_exit x;

	for (nr_forced = 0; nr_forced < MAX_FORCED; nr_forced++) {
		x = run_once(vcpu);
		if (!x.forced) {
			x.nr_forced = nr_forced;
			return x;
		}
	}
	TEST_FAIL("%d forced exits in a row: an endless stream", MAX_FORCED);
}

void exit_assert(bool ok, const struct vcpu_exit *x, const char *file, unsigned int line,
		 const char *fmt, ...)
{
	char want[128], got[192];
	va_list ap;

	if (ok)
		return;

	va_start(ap, fmt);
	vsnprintf(want, sizeof(want), fmt, ap);
	va_end(ap);

	if (x->forced)
		snprintf(got, sizeof(got), "a forced exit");
	else if (x->rc)
		snprintf(got, sizeof(got), "EINTR by %s",
			 x->signal ? "a signal" : "immediate_exit");
	else if (x->uc.cmd == UCALL_SYNC)
		snprintf(got, sizeof(got), "GUEST_SYNC(%lu)", x->uc.args[1]);
	else if (x->uc.cmd == UCALL_DONE)
		snprintf(got, sizeof(got), "GUEST_DONE()");
	else
		snprintf(got, sizeof(got), "exit reason %s(%u)", exit_reason_str(x->reason),
			 x->reason);
	errno = 0;
	test_assert(false, "false", file, line, "%s; got %s, field %#lx -> %#lx", want, got,
		    x->before, x->level);
}
