// SPDX-License-Identifier: GPL-2.0
/*
 * PMU: overflows that come when the guest waits for interrupts, or is about to.
 */
#include "guest_pmu.h"
#include "user_irqchip.h"
#include "wait_insn.h"

/* PMU-4: an overflow that is pending already keeps WFI from sleeping unseen */
static void guest_wfi_pending(void)
{
	guest_pmu_reset();
	GUEST_SYNC(0);
	guest_pmu_overflow();
	wait_wfi();
	GUEST_SYNC(1);
	GUEST_DONE();
}

static void test_wfi_pending(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	(void)unused;
	vm = pmu_vm_start(&vcpu, guest_wfi_pending);
	assert_sync(run_past_forced(vcpu), 0);
	run_waiting_for("a pending overflow to be told, before or in WFI");
	assert_forced(run_once(vcpu), KVM_ARM_DEV_PMU);

	run_waiting_for("WFI to see the pin that is up for the overflow");
	vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, true);
	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, KVM_ARM_DEV_PMU);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/*
 * PMU-4: an overflow on the way into WFI. The counters of a guest stand still
 * while KVM has the CPU, so what can be lost is an overflow of the last moment,
 * whose host interrupt comes between the trap of the WFI and the sleep: bugs A17
 * and A36. The headroom of the counter grows until there is no overflow before
 * the WFI, again and again.
 */
#define SWEEP_ROUNDS	150
#define SWEEP_LOST	3	/* of a single one, the sleep may not be that of the WFI */

static u64 headroom;

extern const char guest_after_wfi[];

static void guest_wfi_overflow(void)
{
	for (;;) {
		guest_pmu_reset();
		guest_pmu_set_cycles(PMCR_LC, -READ_ONCE(headroom));
		GUEST_SYNC(0);
		write_sysreg(PMCR_E | PMCR_LC, pmcr_el0);
		wait_wfi_before(guest_after_wfi);
		GUEST_SYNC(1);
	}
}

enum outcome { TOLD, NO_OVERFLOW, LOST, NO_WFI, NR_OUTCOMES };

/* The guest is told, or sleeps in its WFI until a signal. */
static enum outcome run_into_wfi(struct user_irqchip *chip)
{
	bool after_wfi, slept;
	struct vcpu_exit x;
	long sleeps;
	u64 us;

	for (us = 500; us < 1000000; us *= 2) {
		sleeps = run_nr_sleeps();
		run_signal_in(us);
		x = user_irqchip_run(chip);
		slept = run_nr_sleeps() > sleeps;
		run_signal_cancel();
		after_wfi = vcpu_get_pc(chip->vcpu) == (u64)guest_after_wfi;
		/* An interrupt of the host's may make WFI do nothing. */
		if (x.uc.cmd == UCALL_SYNC)
			return NO_WFI;
		if (x.level)
			return x.signal && after_wfi && slept ? LOST : TOLD;
		if (after_wfi)
			return NO_OVERFLOW;
	}
	TEST_FAIL("the guest does not get into its WFI");
}

static void test_wfi_sweep(const struct guest_timer *unused)
{
	unsigned int i, nr[NR_OUTCOMES] = {};
	struct user_irqchip chip;
	enum outcome outcome;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	(void)unused;
	vm = pmu_vm_start(&vcpu, guest_wfi_overflow);
	run_take_signal(vcpu);
	/* Told before its WFI, the guest shall not sleep there: the pin is up. */
	user_irqchip_init(&chip, vcpu, KVM_ARM_DEV_PMU, 0);
	headroom = 1000;
	for (i = 0; i < SWEEP_ROUNDS && nr[LOST] < SWEEP_LOST; i++) {
		sync_global_to_guest(vm, headroom);
		assert_sync(user_irqchip_run_past_forced(&chip), 0);
		outcome = run_into_wfi(&chip);
		nr[outcome]++;
		if (outcome == NO_OVERFLOW)
			headroom /= 2;
		else if (outcome != NO_WFI)
			headroom += headroom / 16 + 1;
		if (outcome != NO_WFI)
			assert_sync(user_irqchip_run_past_forced(&chip), 1);
	}
	pr_info("%u overflows told, %u lost; %u times no overflow, %u times no WFI\n", nr[TOLD],
		nr[LOST], nr[NO_OVERFLOW], nr[NO_WFI]);
	TEST_ASSERT(nr[LOST] < SWEEP_LOST, "overflows in WFI are told only after a signal");
	TEST_ASSERT(nr[TOLD], "the cycle counter does not overflow");
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	{ "PMU-4.pending", "an overflow pending at WFI is told", test_wfi_pending, NULL },
	{ "PMU-4.wfi", "an overflow on the way into WFI is told", test_wfi_sweep, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
