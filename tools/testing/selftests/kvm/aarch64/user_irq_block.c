// SPDX-License-Identifier: GPL-2.0
/*
 * BLK: vCPUs that wait for interrupts.
 */
#include <signal.h>

#include "user_irqchip.h"
#include "vcpu_thread.h"
#include "wait_insn.h"

static u64 sleep_ticks;
static u64 masked_ctl;
static u64 retry;

static void guest_wfi(const struct guest_timer *t)
{
	const struct guest_timer *other = t == &guest_vtimer ? &guest_ptimer : &guest_vtimer;

	timer_set_cval(other->timer, guest_far_future(other));
	timer_set_ctl(other->timer, CTL_ENABLE);
	for (;;) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + READ_ONCE(sleep_ticks));
		timer_set_ctl(t->timer, CTL_ENABLE);
		wait_expiry(t->timer);
		GUEST_SYNC(0);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(1);
	}
}

/*
 * BLK-1: WFI with an armed timer sleeps and wakes up at expiry, whenever the other
 * timer is due. A slow host may get to the WFI after expiry, where the pin, which
 * follows the field, is up and there is nothing to sleep for: try longer.
 */
static void test_wfi_wakes(const struct guest_timer *t)
{
	bool slept = false;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_wfi, t);
	struct user_irqchip chip;
	struct vcpu_exit x;
	u64 ms;

	user_irqchip_init(&chip, vcpu, t->level, 0);
	for (ms = 5; ms <= 1280 && !slept; ms *= 2) {
		long sleeps = run_nr_sleeps();

		sleep_ticks = msec_to_cycles(ms);
		sync_global_to_guest(vm, sleep_ticks);

		/* The expiry forces an exit, before the guest goes on after its WFI. */
		run_waiting_for("the expired timer to wake the vCPU from WFI");
		assert_forced(user_irqchip_run(&chip), t->level);
		slept = run_nr_sleeps() > sleeps;

		run_waiting_for("the guest to go on after its WFI");
		x = user_irqchip_run(&chip);
		assert_sync(x, 0);
		assert_level(x, t->level);

		x = user_irqchip_run_past_forced(&chip);
		assert_sync(x, 1);
		assert_level(x, 0);
	}
	TEST_ASSERT(slept, "WFI never put the vCPU thread to sleep");
	kvm_vm_free(vm);
}

/*
 * The guest gets into the WFI before @after_wfi, sleeps there, and a signal takes the
 * vCPU out of it. Returns what came instead, if something did; WFI may do nothing.
 */
static struct vcpu_exit run_into_wfi(struct kvm_vcpu *vcpu, const char *after_wfi)
{
	struct vcpu_exit x;
	u64 ms;

	for (ms = 50; ms <= 3200; ms *= 2) {
		run_signal_in(ms * 1000);
		x = run_once(vcpu);
		if (!x.signal) {
			run_signal_cancel();
			return x;
		}
		run_consume_signal();
		if (vcpu_get_pc(vcpu) == (u64)after_wfi)
			return x;
	}
	TEST_FAIL("the guest does not get into its WFI");
}

/* How often a WFI that must sleep may do nothing */
#define MAX_NO_WFI 3

/* BLK-2: WFI under a line that userspace knows of */
extern const char guest_after_told_wfi[];

static void guest_wfi_high(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	GUEST_SYNC(0);
	wait_wfi_before(guest_after_told_wfi);
	GUEST_SYNC(1);
	wait_wfi();
	GUEST_SYNC(2);
	GUEST_DONE();
}

static void run_to_sync_2(struct vcpu_thread *thread)
{
	assert_sync(run_once(thread->vcpu), 2);
}

static void test_wfi_told(const struct guest_timer *t)
{
	struct vcpu_thread thread;
	struct kvm_vcpu *vcpu;
	unsigned int i, polls;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	long sleeps;

	for (i = 0; i < MAX_NO_WFI; i++) {
		vm = user_irq_vm_create(&vcpu, guest_wfi_high, t);
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		assert_level(x, t->level);

		run_take_signal(vcpu);
		sleeps = run_nr_sleeps();
		x = run_into_wfi(vcpu, guest_after_told_wfi);
		assert_level(x, t->level);
		if (x.signal)
			break;
		assert_sync(x, 1);
		kvm_vm_free(vm);
	}
	/* Before Linux 5.19 WFI does nothing while a timer is pending. */
	if (host_release() < RELEASE(5, 19) && !x.signal)
		return;
	assert_signal(x);
	pr_info("%ld sleeps in WFI\n", run_nr_sleeps() - sleeps);

	x = run_once(vcpu);
	assert_sync(x, 1);
	vcpu_thread_start(&thread, vcpu, run_to_sync_2, NULL, HOST_CPU_ANY);
	for (polls = 0; polls < 100 && !vcpu_thread_sleeps(&thread); polls++)
		usleep(1000);
	run_waiting_for("KVM_IRQ_LINE to end the WFI");
	vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, true);
	vcpu_thread_join(&thread);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* BLK-3: a timer that cannot interrupt wakes nobody */
extern const char guest_after_masked_wfi[];

static void guest_wfi_masked(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + msec_to_cycles(2));
	timer_set_ctl(t->timer, READ_ONCE(masked_ctl));
	wait_wfi_before(guest_after_masked_wfi);
	GUEST_SYNC(0);
}

/* Longer than the timer takes to expire */
static struct vcpu_exit run_masked(const struct guest_timer *t, u64 ctl)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_wfi_masked, t);
	struct vcpu_exit x;

	masked_ctl = ctl;
	sync_global_to_guest(vm, masked_ctl);
	run_take_signal(vcpu);
	x = run_into_wfi(vcpu, guest_after_masked_wfi);
	assert_level(x, 0);
	kvm_vm_free(vm);
	return x;
}

static void test_wfi_masked(const struct guest_timer *t)
{
	static const u64 ctls[] = { 0, CTL_IMASK, CTL_ENABLE | CTL_IMASK };
	struct vcpu_exit x;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(ctls); i++) {
		x = run_masked(t, ctls[i]);
		for (n = 1; n < MAX_NO_WFI && !x.signal; n++)
			x = run_masked(t, ctls[i]);
		assert_signal(x);
	}
}

/* BLK-4: the timer expires on the way into the WFI, or just before */
#define RACE_ROUNDS 200

static void guest_wfi_race(const struct guest_timer *t)
{
	u64 i, start, ticks, way = ~0ul;

	/* How long it takes to get to the WFI, with the traps of an emulated timer */
	for (i = 0; i < 8; i++) {
		start = timer_get_cntct(t->timer);
		timer_set_cval(t->timer, guest_far_future(t));
		timer_set_ctl(t->timer, CTL_ENABLE);
		ticks = timer_get_cntct(t->timer) - start;
		timer_set_ctl(t->timer, 0);
		if (ticks < way)
			way = ticks;
	}

	for (i = 0; i < RACE_ROUNDS; i++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + 2 * way * i / RACE_ROUNDS);
		timer_set_ctl(t->timer, CTL_ENABLE);
		wait_wfi();
		while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
			;
		GUEST_SYNC(0);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(1);
	}
	GUEST_DONE();
}

static void test_wfi_race(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_wfi_race, t);
	struct user_irqchip chip;
	struct vcpu_exit x;
	unsigned int i;

	/* Told before its WFI, the guest has the pin up there: no sleep either. */
	user_irqchip_init(&chip, vcpu, t->level, 0);
	run_waiting_for("the end of a WFI that met the expiry");
	for (i = 0; i < RACE_ROUNDS; i++) {
		x = user_irqchip_run_past_forced(&chip);
		assert_sync(x, 0);
		assert_level(x, t->level);
		x = user_irqchip_run_past_forced(&chip);
		assert_sync(x, 1);
		assert_level(x, 0);
	}
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* BLK-8: time-outs of FEAT_WFxT */
#define ID_AA64ISAR2_WFXT 0xful

enum { TIMERS_OFF, TIMER_FAR, LINE_TOLD, NR_BESIDE };

static void wfxt_require(struct kvm_vcpu *vcpu)
{
	u64 isar2;

	TEST_ASSERT(!__vcpu_get_reg(vcpu, KVM_ARM64_SYS_REG(SYS_ID_AA64ISAR2_EL1), &isar2),
		    "KVM_GET_ONE_REG ID_AA64ISAR2_EL1");
	__TEST_REQUIRE(isar2 & ID_AA64ISAR2_WFXT, "the guest's CPU has no FEAT_WFxT");
}

/* What the timer does meanwhile makes no difference to the time-out. */
static void guest_wfit_timeout(const struct guest_timer *t)
{
	unsigned int beside;

	for (beside = 0; beside < NR_BESIDE; beside++) {
		timer_set_cval(t->timer, beside == TIMER_FAR ? guest_far_future(t) : 0);
		timer_set_ctl(t->timer, beside == TIMERS_OFF ? 0 : CTL_ENABLE);
		do {
			GUEST_SYNC(beside);
			wait_wfit(timer_get_cntct(VIRTUAL) + READ_ONCE(sleep_ticks));
			GUEST_SYNC(NR_BESIDE);
		} while (READ_ONCE(retry));
	}

	/* None of these has any time to wait for. */
	wait_wfit(0);
	wait_wfit(timer_get_cntct(VIRTUAL));
	wait_wfet(0);
	wait_wfet(timer_get_cntct(VIRTUAL) + READ_ONCE(sleep_ticks));
	GUEST_DONE();
}

/* The guest's next WFIT lasts @ms, to GUEST_SYNC(@stage); again, if it did not sleep. */
static void run_wfit(struct kvm_vcpu *vcpu, unsigned int ms, unsigned int stage, u64 level)
{
	struct vcpu_exit x;
	long sleeps;

	TEST_ASSERT(ms <= 1024, "WFIT never put the vCPU thread to sleep");
	sleep_ticks = msec_to_cycles(ms);
	sync_global_to_guest(vcpu->vm, sleep_ticks);
	run_waiting_for("the time-out to end the WFIT");
	sleeps = run_nr_sleeps();
	x = run_once(vcpu);
	assert_sync(x, stage);
	assert_level(x, level);
	retry = run_nr_sleeps() == sleeps;
	sync_global_to_guest(vcpu->vm, retry);
}

static void test_wfit_timeout(const struct guest_timer *t)
{
	unsigned int beside, ms;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	u64 level;

	vm = user_irq_vm_create(&vcpu, guest_wfit_timeout, t);
	wfxt_require(vcpu);
	for (beside = 0; beside < NR_BESIDE; beside++) {
		level = beside == LINE_TOLD ? t->level : 0;
		retry = 1;
		for (ms = 1; retry; ms *= 2) {
			x = run_past_forced(vcpu);
			assert_sync(x, beside);
			assert_level(x, level);
			run_wfit(vcpu, ms, NR_BESIDE, level);
		}
	}
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

static void guest_wfxt_expiry(const struct guest_timer *t)
{
	u64 late;

	do {
		late = timer_get_cntct(VIRTUAL) + msec_to_cycles(300 * 1000);
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + READ_ONCE(sleep_ticks));
		timer_set_ctl(t->timer, CTL_ENABLE);
		wait_wfit(late);
		GUEST_SYNC(0);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(1);
	} while (READ_ONCE(retry));

	timer_set_cval(t->timer, timer_get_cntct(t->timer) + READ_ONCE(sleep_ticks));
	timer_set_ctl(t->timer, CTL_ENABLE);
	while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
		wait_wfet(late);
	GUEST_SYNC(0);
	GUEST_DONE();
}

static void test_wfxt_expiry(const struct guest_timer *t)
{
	struct user_irqchip chip;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int ms;
	long sleeps;

	vm = user_irq_vm_create(&vcpu, guest_wfxt_expiry, t);
	wfxt_require(vcpu);
	user_irqchip_init(&chip, vcpu, t->level, 0);
	run_waiting_for("the forced exit for an expiry before the time-out");
	retry = 1;
	for (ms = 1; retry; ms *= 2) {
		TEST_ASSERT(ms <= 1024, "WFIT never put the vCPU thread to sleep");
		sleep_ticks = msec_to_cycles(ms);
		sync_global_to_guest(vm, sleep_ticks);
		sleeps = run_nr_sleeps();
		assert_forced(user_irqchip_run(&chip), t->level);
		retry = run_nr_sleeps() == sleeps;
		sync_global_to_guest(vm, retry);

		x = user_irqchip_run(&chip);
		assert_sync(x, 0);
		assert_level(x, t->level);
		x = user_irqchip_run_past_forced(&chip);
		assert_sync(x, 1);
		assert_level(x, 0);
	}

	x = user_irqchip_run_past_forced(&chip);
	assert_sync(x, 0);
	assert_level(x, t->level);
	assert_done(user_irqchip_run(&chip));
	kvm_vm_free(vm);
}

/* BLK-8: which is no time-out of the next WFI */
extern const char guest_after_next_wfi[];

static void guest_wfit_and_wfi(void)
{
	do {
		wait_wfit(timer_get_cntct(VIRTUAL) + READ_ONCE(sleep_ticks));
		GUEST_SYNC(0);
	} while (READ_ONCE(retry));
	wait_wfi_before(guest_after_next_wfi);
	GUEST_SYNC(1);
}

static struct vcpu_exit run_wfit_and_wfi(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_wfit_and_wfi, NULL);
	struct vcpu_exit x;
	unsigned int ms;

	wfxt_require(vcpu);
	retry = 1;
	for (ms = 1; retry; ms *= 2)
		run_wfit(vcpu, ms, 0, 0);
	run_take_signal(vcpu);
	x = run_into_wfi(vcpu, guest_after_next_wfi);
	kvm_vm_free(vm);
	return x;
}

static void test_wfi_after_wfit(const struct guest_timer *unused)
{
	struct vcpu_exit x = run_wfit_and_wfi();
	unsigned int n;

	(void)unused;
	for (n = 1; n < MAX_NO_WFI && !x.signal; n++)
		x = run_wfit_and_wfi();
	assert_signal(x);
}

/* BLK-9: a suspended vCPU */
static void guest_suspend(const struct guest_timer *t)
{
	for (;;) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + READ_ONCE(sleep_ticks));
		timer_set_ctl(t->timer, CTL_ENABLE);
		guest_psci(PSCI_1_0_FN64_SYSTEM_SUSPEND);
		GUEST_SYNC(0);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(1);
	}
}

static void set_mp_state(struct kvm_vcpu *vcpu, u32 state)
{
	struct kvm_mp_state mp_state = { .mp_state = state };

	vcpu_mp_state_set(vcpu, &mp_state);
}

static void assert_system_event(struct kvm_vcpu *vcpu, struct vcpu_exit x, u32 type)
{
	assert_reason(x, KVM_EXIT_SYSTEM_EVENT);
	TEST_ASSERT(vcpu->run->system_event.type == type, "system event %u, expected %u",
		    vcpu->run->system_event.type, type);
}

static void suspend_require(void)
{
	TEST_REQUIRE_SINCE(5, 19, kvm_has_cap(KVM_CAP_ARM_SYSTEM_SUSPEND),
			   "host has no KVM_CAP_ARM_SYSTEM_SUSPEND");
}

static void test_suspend(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	bool slept = false;
	struct kvm_vm *vm;
	unsigned int ms;
	long sleeps;
	u64 pc;

	suspend_require();
	vm = user_irq_vm_create(&vcpu, guest_suspend, t);
	vm_enable_cap(vm, KVM_CAP_ARM_SYSTEM_SUSPEND, 0);
	run_waiting_for("the expiry to wake the suspended vCPU");
	for (ms = 5; ms <= 1280 && !slept; ms *= 2) {
		sleep_ticks = msec_to_cycles(ms);
		sync_global_to_guest(vm, sleep_ticks);
		x = run_past_forced(vcpu);
		assert_system_event(vcpu, x, KVM_SYSTEM_EVENT_SUSPEND);

		/* A slow host has told of the expiry already, and nothing is left to wake it. */
		if (!x.level) {
			set_mp_state(vcpu, KVM_MP_STATE_SUSPENDED);
			pc = vcpu_get_pc(vcpu);
			sleeps = run_nr_sleeps();
			x = run_once(vcpu);
			assert_system_event(vcpu, x, KVM_SYSTEM_EVENT_WAKEUP);
			assert_level(x, t->level);
			TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc);
			slept = run_nr_sleeps() > sleeps;
			set_mp_state(vcpu, KVM_MP_STATE_RUNNABLE);
		}

		x = run_once(vcpu);
		assert_sync(x, 0);
		assert_level(x, t->level);
		x = run_past_forced(vcpu);
		assert_sync(x, 1);
		assert_level(x, 0);
	}
	TEST_ASSERT(slept, "the suspended vCPU thread never slept");
	kvm_vm_free(vm);
}

/* BLK-9: it is suspended until userspace says otherwise (api.rst, KVM_SET_MP_STATE) */
static void guest_two_syncs(void)
{
	GUEST_SYNC(0);
	GUEST_SYNC(1);
}

static void test_suspended_still(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	unsigned int i;
	u64 pc;

	(void)unused;
	suspend_require();
	vm = user_irq_vm_create(&vcpu, guest_two_syncs, NULL);
	assert_sync(run_once(vcpu), 0);
	vcpu_run_complete_io(vcpu);
	pc = vcpu_get_pc(vcpu);
	set_mp_state(vcpu, KVM_MP_STATE_SUSPENDED);

	run_take_signal(vcpu);
	raise(RUN_SIGNAL);
	assert_signal(run_once(vcpu));
	run_consume_signal();
	run_waiting_for("the pin to wake the suspended vCPU");
	vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, true);
	for (i = 0; i < 2; i++) {
		assert_system_event(vcpu, run_once(vcpu), KVM_SYSTEM_EVENT_WAKEUP);
		TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc);
	}

	vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, false);
	set_mp_state(vcpu, KVM_MP_STATE_RUNNABLE);
	assert_sync(run_once(vcpu), 1);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("BLK-1", "WFI with an armed timer sleeps and wakes up at expiry",
		       test_wfi_wakes),
	TIMER_SUBTESTS("BLK-2", "WFI under a told line: no exit, a signal or KVM_IRQ_LINE ends it",
		       test_wfi_told),
	TIMER_SUBTESTS("BLK-3", "WFI sleeps past the expiry of a masked or disabled timer",
		       test_wfi_masked),
	TIMER_SUBTESTS("BLK-4", "WFI does not sleep on a timer that has just expired",
		       test_wfi_race),
	TIMER_SUBTESTS("BLK-8.timeout", "the time-out ends WFIT and WFET, without a forced exit",
		       test_wfit_timeout),
	{ "BLK-8.wfi", "the WFI after a WFIT has no time-out", test_wfi_after_wfit, NULL },
	TIMER_SUBTESTS("BLK-8.expiry", "an expiry before their time-out forces an exit",
		       test_wfxt_expiry),
	TIMER_SUBTESTS("BLK-9", "a suspended vCPU is woken by the expiry", test_suspend),
	{ "BLK-9.still", "and stays suspended, wakeups and signals or not",
	  test_suspended_still, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
