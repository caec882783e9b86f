// SPDX-License-Identifier: GPL-2.0
/*
 * BLK: vCPUs that wait for interrupts.
 */
#include <sys/resource.h>

#include "user_irq.h"

static volatile u64 sleep_ticks;

static void guest_wfi(const struct guest_timer *t)
{
	for (;;) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + sleep_ticks);
		timer_set_ctl(t->timer, CTL_ENABLE);
		asm volatile("wfi" ::: "memory");
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
 * get to the WFI after expiry, where there is nothing to sleep for: try longer.
 */
static void test_wfi_wakes(const struct guest_timer *t)
{
	bool slept = false;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_wfi, t);
	struct vcpu_exit x;
	u64 ms;

	for (ms = 5; ms <= 1280 && !slept; ms *= 2) {
		long sleeps = nr_sleeps();

		sleep_ticks = msec_to_cycles(ms);
		sync_global_to_guest(vm, sleep_ticks);

		/* The expiry forces an exit, before the guest goes on after its WFI. */
		run_waiting_for("the expired timer to wake the vCPU from WFI");
		assert_forced(run_once(vcpu), t->level);
		slept = nr_sleeps() > sleeps;

		run_waiting_for("the guest to go on after its WFI");
		x = run_once(vcpu);
		assert_sync(x, 0);
		assert_level(x, t->level);

		x = run_past_forced(vcpu);
		assert_sync(x, 1);
		assert_level(x, 0);
	}
	TEST_ASSERT(slept, "WFI never put the vCPU thread to sleep");
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("BLK-1", "WFI with an armed timer sleeps and wakes up at expiry",
		       test_wfi_wakes),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
