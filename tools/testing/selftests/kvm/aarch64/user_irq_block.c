// SPDX-License-Identifier: GPL-2.0
/*
 * BLK: vCPUs that wait for interrupts.
 */
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "user_irqchip.h"
#include "vcpu_thread.h"

static volatile u64 sleep_ticks;
static volatile u64 masked_ctl;

static void guest_wfi_instruction(void)
{
	asm volatile("wfi" ::: "memory");
}

static void guest_wfi(const struct guest_timer *t)
{
	for (;;) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + sleep_ticks);
		timer_set_ctl(t->timer, CTL_ENABLE);
		guest_wfi_instruction();
		GUEST_SYNC(0);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(1);
	}
}

static long nr_sleeps(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

/*
 * BLK-1: WFI with an armed timer sleeps and wakes up at expiry. A slow host may
 * get to the WFI after expiry, where the pin, which follows the field, is up and
 * there is nothing to sleep for: try longer.
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
		long sleeps = nr_sleeps();

		sleep_ticks = msec_to_cycles(ms);
		sync_global_to_guest(vm, sleep_ticks);

		/* The expiry forces an exit, before the guest goes on after its WFI. */
		run_waiting_for("the expired timer to wake the vCPU from WFI");
		assert_forced(user_irqchip_run(&chip), t->level);
		slept = nr_sleeps() > sleeps;

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

/* A signal in 50 ms, for a vCPU that nothing else is to wake */
static void signal_soon(void)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RUN_SIGNAL };
	struct itimerspec in = { .it_value.tv_nsec = 50000000 };
	timer_t timer;

	TEST_ASSERT(!timer_create(CLOCK_MONOTONIC, &ev, &timer), "timer_create");
	timer_settime(timer, 0, &in, NULL);
}

/* BLK-2: WFI under a line that userspace knows of */
static void guest_wfi_high(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	GUEST_SYNC(0);
	guest_wfi_instruction();
	GUEST_SYNC(1);
	guest_wfi_instruction();
	GUEST_SYNC(2);
	GUEST_DONE();
}

static void run_to_sync_2(struct vcpu_thread *thread)
{
	assert_sync(run_once(thread->vcpu), 2);
}

static void test_wfi_told(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_wfi_high, t);
	struct vcpu_thread thread;
	struct vcpu_exit x;
	unsigned int polls;
	long sleeps;

	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, t->level);

	run_take_signal(vcpu);
	sleeps = nr_sleeps();
	signal_soon();
	x = run_once(vcpu);
	if (host_release() < RELEASE(5, 19)) {
		/* There WFI does nothing while a timer is pending. */
		assert_sync(x, 1);
		assert_level(x, t->level);
		kvm_vm_free(vm);
		return;
	}
	assert_signal(x);
	assert_level(x, t->level);
	run_consume_signal();
	pr_info("%ld sleeps in 50 ms of WFI\n", nr_sleeps() - sleeps);

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
static void guest_wfi_masked(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + msec_to_cycles(2));
	timer_set_ctl(t->timer, masked_ctl);
	guest_wfi_instruction();
	GUEST_SYNC(0);
}

static void test_wfi_masked(const struct guest_timer *t)
{
	static const u64 ctls[] = { 0, CTL_IMASK, CTL_ENABLE | CTL_IMASK };
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ctls); i++) {
		vm = user_irq_vm_create(&vcpu, guest_wfi_masked, t);
		masked_ctl = ctls[i];
		sync_global_to_guest(vm, masked_ctl);
		run_take_signal(vcpu);
		signal_soon();
		x = run_once(vcpu);
		assert_signal(x);
		assert_level(x, 0);
		run_consume_signal();
		kvm_vm_free(vm);
	}
}

/* BLK-4: the timer expires on the way into the WFI, or just before */
#define RACE_ROUNDS 200

static void guest_wfi_race(const struct guest_timer *t)
{
	u64 i;

	for (i = 0; i < RACE_ROUNDS; i++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + i * usec_to_cycles(1));
		timer_set_ctl(t->timer, CTL_ENABLE);
		guest_wfi_instruction();
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

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("BLK-1", "WFI with an armed timer sleeps and wakes up at expiry",
		       test_wfi_wakes),
	TIMER_SUBTESTS("BLK-2", "WFI under a told line: no exit, a signal or KVM_IRQ_LINE ends it",
		       test_wfi_told),
	TIMER_SUBTESTS("BLK-3", "WFI sleeps past the expiry of a masked or disabled timer",
		       test_wfi_masked),
	TIMER_SUBTESTS("BLK-4", "WFI does not sleep on a timer that has just expired",
		       test_wfi_race),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
