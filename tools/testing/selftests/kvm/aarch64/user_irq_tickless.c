// SPDX-License-Identifier: GPL-2.0
/*
 * EXIT-12: notification on a host CPU without a tick.
 *
 * KVM looks at the guest's timers whenever a host interrupt ends the guest's
 * run, so on a CPU with a tick a lost notification is merely late.
 */
#include "user_irq.h"
#include "vcpu_thread.h"

#define ROUNDS 5

static u64 told;
static u64 last_cnt;

static void guest_expire(const struct guest_timer *t)
{
	u64 cval, round;

	last_cnt = 0;
	for (round = 1; round <= ROUNDS; round++) {
		cval = timer_get_cntct(t->timer) + msec_to_cycles(5);
		timer_set_cval(t->timer, cval);
		timer_set_ctl(t->timer, CTL_ENABLE);
		while (READ_ONCE(told) < round)
			last_cnt = timer_get_cntct(t->timer);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC_ARGS(round, last_cnt > cval ? last_cnt - cval : 0, 0, 0, 0);
	}
	GUEST_DONE();
}

/* Kernels move timers away from a tickless CPU, to one that is not idle. */
static void keep_cpu_busy(struct vcpu_thread *thread)
{
	while (!vcpu_thread_stopping(thread))
		cpu_relax();
}

static void test_tickless(const struct guest_timer *t)
{
	int last_cpu = host_cpu_count() - 1;
	u64 late, max_late = 0, nr_seen = 0, round;
	struct vcpu_thread busy;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	__TEST_REQUIRE(host_cpu_tickless(0),
		       "no tickless CPU (nohz_full=) to run on; taskset may give one");
	__TEST_REQUIRE(!host_cpu_tickless(last_cpu), "no CPU beside the tickless ones to run on");
	vm = user_irq_vm_create(&vcpu, guest_expire, t);
	vcpu_thread_start(&busy, vcpu, keep_cpu_busy, NULL, last_cpu);
	run_waiting_for("the forced exit for an expiry on a tickless CPU");

	host_interrupts_mark(t);
	for (round = 1; round <= ROUNDS; round++) {
		assert_forced(run_once(vcpu), t->level);
		told = round;
		sync_global_to_guest(vm, told);
		x = run_past_forced(vcpu);
		assert_sync(x, round);
		assert_level(x, 0);
		late = x.uc.args[2];
		max_late = late > max_late ? late : max_late;
		/* The guest ran on until the expiry. */
		nr_seen += late > 0;
	}
	pr_info("told %lu us after the expiry at most\n", max_late / usec_to_cycles(1));
	assert_host_interrupts(t, nr_seen);
	assert_done(run_once(vcpu));
	vcpu_thread_stop(&busy);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("EXIT-12", "an expiry is told without the help of a host tick",
		       test_tickless),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
