// SPDX-License-Identifier: GPL-2.0
/*
 * PRG: everybody makes progress while a line is high.
 */
#include <signal.h>
#include <time.h>

#include "user_irq.h"
#include "vcpu_thread.h"

#define ROUNDS 5000	/* of each timer, 10,000 in all */
#define WORK 100000

static u64 told;
static u64 ahead;	/* of the next expiry, in ticks, and up to 63 more */

static void guest_raise(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
}

/* PRG-1: work of all kinds under a line that nobody services */
static void guest_work(const struct guest_timer *t)
{
	volatile u64 work;
	unsigned int i;

	guest_raise(t);
	for (work = 0; work < WORK; work++)
		;
	for (i = 0; i < 1000; i++)
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
	GUEST_DONE();
}

static void test_work(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_work, t);
	struct vcpu_exit x;

	run_waiting_for("the guest to do its work under the high line");
	x = run_past_forced(vcpu);
	assert_done(x);
	assert_level(x, t->level);
	assert_nr_forced(x, 1);
	kvm_vm_free(vm);
}

/* PRG-2: the guest goes on when the host says that it was told */
static void guest_rounds(const struct guest_timer *t)
{
	u64 round;

	for (round = 1; round <= ROUNDS; round++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + ahead + round % 64);
		timer_set_ctl(t->timer, CTL_ENABLE);
		while (READ_ONCE(told) < round)
			;
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(round);
	}
	GUEST_DONE();
}

static void run_told(struct kvm_vm *vm, struct kvm_vcpu *vcpu, const struct guest_timer *t)
{
	struct vcpu_exit x;

	assert_forced(run_once(vcpu), t->level);
	told++;
	sync_global_to_guest(vm, told);
	x = run_past_forced(vcpu);
	assert_sync(x, told);
	assert_level(x, 0);
	TEST_ASSERT(x.nr_forced <= 1, "%u forced exits for one change", x.nr_forced);
}

static void test_rounds(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_rounds, t);

	run_waiting_for("the forced exit for the next expiry");
	while (told < ROUNDS)
		run_told(vm, vcpu, t);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/*
 * PRG-2.offset: with an offset each access to the ptimer traps where the hardware cannot
 * subtract it. KVM has to load the timer again after it, or only a tick of the host's tells.
 */
#define OFFSET_ROUNDS 50

static void test_rounds_offset(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_rounds, t);

	host_cpu_pin(0);
	user_irq_set_counter_offset(vm, 1);	/* What the guest makes of it: OLD-3.offset */
	ahead = usec_to_cycles(200);
	sync_global_to_guest(vm, ahead);
	run_waiting_for("the forced exit for the next expiry");
	host_interrupts_mark(t);
	while (told < OFFSET_ROUNDS)
		run_told(vm, vcpu, t);
	assert_host_interrupts(t, OFFSET_ROUNDS);
	kvm_vm_free(vm);
}

/* PRG-3: a line that is high in one VM hides no expiry in another on its CPU */
#define NEIGHBOUR_ROUNDS 300

static void guest_stay_high(const struct guest_timer *t)
{
	guest_raise(t);
	for (;;)
		GUEST_SYNC(0);
}

static void test_neighbours(const struct guest_timer *t)
{
	struct kvm_vcpu *high_vcpu, *vcpu;
	struct kvm_vm *high_vm, *vm;
	unsigned int i;

	host_cpu_pin(0);
	run_waiting_for("the forced exit of the VM beside one with a high line");
	high_vm = user_irq_vm_create(&high_vcpu, guest_stay_high, t);
	vm = user_irq_vm_create(&vcpu, guest_rounds, t);

	assert_sync(run_past_forced(high_vcpu), 0);
	host_interrupts_mark(t);
	for (i = 0; i < NEIGHBOUR_ROUNDS; i++) {
		assert_sync(run_once(high_vcpu), 0);
		run_told(vm, vcpu, t);
	}
	assert_host_interrupts(t, NEIGHBOUR_ROUNDS);

	/* And a vCPU that comes when the one with the high line has gone. */
	kvm_vm_free(vm);
	kvm_vm_free(high_vm);
	told = 0;
	vm = user_irq_vm_create(&vcpu, guest_rounds, t);
	host_interrupts_mark(t);
	for (i = 0; i < NEIGHBOUR_ROUNDS; i++)
		run_told(vm, vcpu, t);
	assert_host_interrupts(t, NEIGHBOUR_ROUNDS);
	kvm_vm_free(vm);
}

/* PRG-4: the host's timers go on under a guest's high line */
static void guest_spin_high(const struct guest_timer *t)
{
	guest_raise(t);
	for (;;)
		cpu_relax();
}

static void test_host_timers(const struct guest_timer *t)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RUN_SIGNAL };
	struct itimerspec in = { .it_value.tv_nsec = 10000000 };
	struct timespec pause = { .tv_nsec = 1000000 };
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_spin_high, t);
	timer_t timer;
	unsigned int i;

	host_cpu_pin(0);
	run_take_signal(vcpu);
	TEST_ASSERT(!timer_create(CLOCK_MONOTONIC, &ev, &timer), "timer_create");
	assert_forced(run_once(vcpu), t->level);

	run_waiting_for("the signal of a host timer");
	for (i = 0; i < 5; i++) {
		timer_settime(timer, 0, &in, NULL);
		assert_signal(run_once(vcpu));
		run_consume_signal();
		TEST_ASSERT(!nanosleep(&pause, NULL), "nanosleep");
	}
	timer_delete(timer);
	kvm_vm_free(vm);
}

/*
 * PRG-5: where no vgic keeps the host's interrupt active while the guest runs,
 * KVM has to mask it instead.
 */
static void require_nogic(void)
{
	__TEST_REQUIRE(!host_has_vgic(), "the host's GIC has a vgic");
}

static void test_work_nogic(const struct guest_timer *t)
{
	require_nogic();
	test_work(t);
}

static void test_rounds_nogic(const struct guest_timer *t)
{
	require_nogic();
	test_rounds(t);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("PRG-1", "the guest works on while its line is high", test_work),
	TIMER_SUBTESTS("PRG-2", "each of 5,000 expiries is told", test_rounds),
	TIMER_SUBTESTS("PRG-2.offset", "and of a moved VM, by an interrupt of its own",
		       test_rounds_offset),
	TIMER_SUBTESTS("PRG-3", "a high line hides no expiry of another VM", test_neighbours),
	TIMER_SUBTESTS("PRG-4", "host timers fire while a guest's line is high",
		       test_host_timers),
	TIMER_SUBTESTS("PRG-5.work", "PRG-1 on a host without vgic", test_work_nogic),
	TIMER_SUBTESTS("PRG-5.rounds", "PRG-2 on a host without vgic", test_rounds_nogic),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
