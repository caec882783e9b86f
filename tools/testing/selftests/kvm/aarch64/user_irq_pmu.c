// SPDX-License-Identifier: GPL-2.0
/*
 * PMU: the third bit of the field is the PMU's overflow interrupt: a counter
 * has overflowed, its interrupt is enabled, and so is PMCR_EL0.E.
 */
#include "guest_pmu.h"

/* Cycles before an overflow: so many that the guest gets out of its traps first */
#define HEADROOM	100000

static u64 go;

/* PMU-1: a counter overflows while the guest spins */
static void guest_spin_over(u64 counter)
{
	while (!READ_ONCE(go))
		;
	GUEST_ASSERT(read_sysreg(pmovsset_el0) == counter);
	GUEST_SYNC(0);
	GUEST_DONE();
}

static void guest_cycles(void)
{
	guest_pmu_start_cycles(PMCR_LC, -HEADROOM);
	guest_spin_over(PMU_CYCLES);
}

static void guest_event(void)
{
	guest_pmu_reset();
	guest_pmu_start(PMU_CPU_CYCLES, HEADROOM);
	guest_spin_over(PMU_COUNTER_0);
}

/* @x is the exit for the overflow; the guest goes on to find its flag. */
static void check_told(struct kvm_vm *vm, struct kvm_vcpu *vcpu, struct vcpu_exit x)
{
	assert_forced(x, KVM_ARM_DEV_PMU);
	go = 1;
	sync_global_to_guest(vm, go);
	x = run_once(vcpu);
	assert_sync(x, 0);
	assert_level(x, KVM_ARM_DEV_PMU);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

static void check_spin_over(void *guest_code)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_code);

	run_waiting_for("the forced exit for the overflow");
	check_told(vm, vcpu, run_once(vcpu));
}

static void test_cycles(const struct guest_timer *unused)
{
	(void)unused;
	check_spin_over(guest_cycles);
}

static void test_event(const struct guest_timer *unused)
{
	(void)unused;
	check_spin_over(guest_event);
}

/* PMU-1: without PMCR_EL0.LC it is the low half of the cycle counter that overflows. */
static void guest_32_bits(void)
{
	guest_pmu_start_cycles(0, (1ul << 32) - HEADROOM);
	if (read_sysreg(pmcr_el0) & PMCR_LC)
		GUEST_SYNC(1);
	guest_spin_over(PMU_CYCLES);
}

static void test_32_bits(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_32_bits);
	struct vcpu_exit x;

	(void)unused;
	run_waiting_for("the forced exit for the overflow");
	x = run_once(vcpu);
	__TEST_REQUIRE(x.uc.cmd != UCALL_SYNC, "the CPU has 64-bit cycle counters only");
	check_told(vm, vcpu, x);
}

static void guest_64_bits(void)
{
	guest_pmu_start_cycles(PMCR_LC, (1ul << 32) - HEADROOM);
	while (read_sysreg(pmccntr_el0) < (1ul << 32) + HEADROOM)
		;
	GUEST_ASSERT(!read_sysreg(pmovsset_el0));
	GUEST_SYNC(0);
	GUEST_DONE();
}

static void test_64_bits(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_64_bits);
	struct vcpu_exit x;

	(void)unused;
	run_waiting_for("the cycle counter to pass 2^32");
	x = run_once(vcpu);
	assert_sync(x, 0);
	assert_level(x, 0);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* PMU-1: after an overflow the next one is a whole round of the counter away. */
static void guest_go_on(void)
{
	u64 from;

	guest_pmu_start_cycles(PMCR_LC, -HEADROOM);
	while (!READ_ONCE(go))
		;
	write_sysreg(PMU_CYCLES, pmovsclr_el0);
	isb();
	from = read_sysreg(pmccntr_el0);
	while (read_sysreg(pmccntr_el0) - from < 4 * HEADROOM)
		;
	GUEST_ASSERT(!read_sysreg(pmovsset_el0));
	GUEST_SYNC(0);
	GUEST_DONE();
}

static void test_once(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_go_on);
	struct vcpu_exit x;

	(void)unused;
	run_waiting_for("the forced exit for the overflow");
	assert_forced(run_once(vcpu), KVM_ARM_DEV_PMU);
	go = 1;
	sync_global_to_guest(vm, go);
	run_waiting_for("the cycle counter to go on");
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, 0);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* PMU-1: the counter is enabled, set and disabled while PMCR_EL0.E is 1; then E is 0. */
static void guest_running(void)
{
	guest_pmu_reset();
	write_sysreg(PMCR_E | PMCR_LC, pmcr_el0);
	isb();
	write_sysreg(0, pmccfiltr_el0);
	write_sysreg(-HEADROOM, pmccntr_el0);
	write_sysreg(PMU_CYCLES, pmintenset_el1);
	guest_pmu_assert_stopped();
	write_sysreg(PMU_CYCLES, pmcntenset_el0);
	isb();
	while (READ_ONCE(go) < 1)
		;
	write_sysreg(PMU_CYCLES, pmovsclr_el0);
	GUEST_SYNC(0);

	write_sysreg(-HEADROOM, pmccntr_el0);
	isb();
	while (READ_ONCE(go) < 2)
		;
	write_sysreg(PMU_CYCLES, pmovsclr_el0);
	GUEST_SYNC(0);

	write_sysreg(PMU_CYCLES, pmcntenclr_el0);
	isb();
	guest_pmu_assert_stopped();
	write_sysreg(PMU_CYCLES, pmcntenset_el0);
	write_sysreg(PMCR_LC, pmcr_el0);
	isb();
	guest_pmu_assert_stopped();
	GUEST_DONE();
}

static void test_running(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_running);
	struct vcpu_exit x;

	(void)unused;
	while (go < 2) {
		run_waiting_for(go ? "the overflow of a running counter that was set" :
				     "the overflow of a counter enabled under PMCR.E");
		assert_forced(run_once(vcpu), KVM_ARM_DEV_PMU);
		go++;
		sync_global_to_guest(vm, go);
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		assert_level(x, 0);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* PMU-1: counter 1 overflows because counter 0 does, whose own interrupt is disabled. */
static void guest_chain(u64 event, u32 headroom)
{
	guest_pmu_reset();
	if ((read_sysreg(pmcr_el0) >> PMCR_N_SHIFT & 0x1f) < 2)
		GUEST_SYNC(1);
	guest_pmu_set_counter(0, event, headroom);
	guest_pmu_set_counter(1, PMU_CHAIN, 1);
	write_sysreg(PMU_COUNTER_1, pmintenset_el1);
	write_sysreg(PMU_COUNTER_0 | PMU_COUNTER_1, pmcntenset_el0);
	write_sysreg(PMCR_E, pmcr_el0);
	isb();
	if (event == PMU_SW_INCR)
		write_sysreg(PMU_COUNTER_0, pmswinc_el0);
	while (!READ_ONCE(go))
		;
	GUEST_ASSERT(read_sysreg(pmovsset_el0) & PMU_COUNTER_1);
	GUEST_SYNC(0);
	GUEST_DONE();
}

static void check_chain(u64 event, u32 headroom)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_chain);
	struct vcpu_exit x;

	vcpu_args_set(vcpu, 2, event, headroom);
	run_waiting_for("the forced exit for the overflow of the chained counter");
	x = run_once(vcpu);
	__TEST_REQUIRE(x.uc.cmd != UCALL_SYNC, "the guest's PMU has less than two counters");
	check_told(vm, vcpu, x);
}

static void test_chain(const struct guest_timer *unused)
{
	(void)unused;
	check_chain(PMU_SW_INCR, 1);
	go = 0;
	check_chain(PMU_CPU_CYCLES, HEADROOM);
}

/* PMU-2: the three ways to take the line down, and up again */
enum { BY_OVERFLOW_FLAG, BY_INTERRUPT_ENABLE, BY_PMCR, NR_BY };

static void guest_raise_and_lower(void)
{
	unsigned int by;

	for (by = 0; by < NR_BY; by++) {
		guest_pmu_reset();
		guest_pmu_overflow();
		GUEST_SYNC(0);
		switch (by) {
		case BY_OVERFLOW_FLAG:
			write_sysreg(PMU_COUNTER_0, pmovsclr_el0);
			break;
		case BY_INTERRUPT_ENABLE:
			write_sysreg(PMU_COUNTER_0, pmintenclr_el1);
			break;
		case BY_PMCR:
			write_sysreg(0, pmcr_el0);
			break;
		}
		isb();
		GUEST_SYNC(1);
		switch (by) {
		case BY_OVERFLOW_FLAG:
			write_sysreg(PMU_COUNTER_0, pmovsset_el0);
			break;
		case BY_INTERRUPT_ENABLE:
			write_sysreg(PMU_COUNTER_0, pmintenset_el1);
			break;
		case BY_PMCR:
			write_sysreg(PMCR_E, pmcr_el0);
			break;
		}
		isb();
		GUEST_SYNC(2);
	}
	GUEST_DONE();
}

static void test_raise_and_lower(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int by;

	(void)unused;
	vm = pmu_vm_start(&vcpu, guest_raise_and_lower);
	for (by = 0; by < NR_BY; by++) {
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		assert_level(x, KVM_ARM_DEV_PMU);
		x = run_past_forced(vcpu);
		assert_sync(x, 1);
		assert_level(x, 0);
		x = run_past_forced(vcpu);
		assert_sync(x, 2);
		assert_level(x, KVM_ARM_DEV_PMU);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* PMU-2: which no enable of a counter is one of. A counter may stop before its handler. */
static void guest_disable_counter(void)
{
	guest_pmu_reset();
	guest_pmu_overflow();
	GUEST_SYNC(0);
	write_sysreg(PMU_COUNTER_0, pmcntenclr_el0);
	isb();
	GUEST_SYNC(1);
	write_sysreg(PMU_COUNTER_0, pmovsclr_el0);
	isb();
	GUEST_SYNC(2);
	GUEST_DONE();
}

static void test_disable_counter(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_disable_counter);
	struct vcpu_exit x;

	(void)unused;
	assert_sync(run_past_forced(vcpu), 0);
	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, KVM_ARM_DEV_PMU);
	x = run_past_forced(vcpu);
	assert_sync(x, 2);
	assert_level(x, 0);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* PMU-3: beside the timers */
static void guest_three(void)
{
	unsigned int state;

	guest_pmu_reset();
	timer_set_cval(VIRTUAL, 0);
	timer_set_cval(PHYSICAL, 0);
	for (state = 0; state < 16; state++) {
		unsigned int s = state ^ state >> 1;	/* one change at a time */

		timer_set_ctl(VIRTUAL, s & 1 ? CTL_ENABLE : 0);
		timer_set_ctl(PHYSICAL, s & 2 ? CTL_ENABLE : 0);
		guest_pmu_reset();
		if (s & 4)
			guest_pmu_overflow();
		GUEST_SYNC(s);
	}
	GUEST_DONE();
}

static void test_three(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int state;

	(void)unused;
	user_irq_require_timer(&guest_ptimer);
	vm = pmu_vm_start(&vcpu, guest_three);
	for (state = 0; state < 16; state++) {
		unsigned int s = state ^ state >> 1;

		x = run_past_forced(vcpu);
		assert_sync(x, s);
		assert_level(x, (s & 1 ? guest_vtimer.level : 0) |
				(s & 2 ? guest_ptimer.level : 0) |
				(s & 4 ? (u64)KVM_ARM_DEV_PMU : 0));
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* PMU-3: a change of the PMU and one of a timer that are there for the same exit */
#define TOGETHER_ROUNDS	16

static void guest_together(const struct guest_timer *t)
{
	unsigned int i;

	for (i = 0; i < TOGETHER_ROUNDS; i++) {
		guest_pmu_reset();
		GUEST_SYNC(0);
		timer_set_cval(t->timer, 0);
		timer_set_ctl(t->timer, CTL_ENABLE);
		guest_pmu_overflow();
		GUEST_SYNC(1);
		timer_set_ctl(t->timer, 0);
		write_sysreg(PMU_COUNTER_0, pmovsclr_el0);
		isb();
		GUEST_SYNC(2);
	}
	guest_pmu_start(PMU_SW_INCR, 1);
	guest_arm_and_read(t);
}

/*
 * To GUEST_SYNC(@stage), where the guest has changed the timer first and then the PMU.
 * KVM may tell the one before the other, but not the other before the one.
 */
static void run_to_stage(struct kvm_vcpu *vcpu, const struct guest_timer *t,
			 unsigned int stage, bool up)
{
	struct vcpu_exit x;

	do {
		x = run_once(vcpu);
		if (!!(x.level & KVM_ARM_DEV_PMU) == up)
			assert_level(x, up ? KVM_ARM_DEV_PMU | t->level : 0);
	} while (x.forced);
	assert_sync(x, stage);
	TEST_ASSERT_EQ(!!(x.level & KVM_ARM_DEV_PMU), up);
}

static void test_together(const struct guest_timer *t)
{
	struct armed_timer armed;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	user_irq_require_timer(t);
	vm = pmu_vm_start(&vcpu, guest_together);
	vcpu_args_set(vcpu, 1, t);
	for (i = 0; i < TOGETHER_ROUNDS; i++) {
		assert_sync(run_past_forced(vcpu), 0);
		run_to_stage(vcpu, t, 1, true);
		run_to_stage(vcpu, t, 2, false);
	}

	/* Both change while the guest is in userspace. */
	armed = run_until_armed(vm, vcpu);
	vcpu_wait_for_cnt(vcpu, t, armed.cval);
	vcpu_set_reg(vcpu, PMOVSSET_EL0, PMU_COUNTER_0);
	assert_forced(run_once(vcpu), KVM_ARM_DEV_PMU | t->level);
	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, KVM_ARM_DEV_PMU | t->level);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	{ "PMU-1.cycles", "an overflow of the cycle counter forces an exit", test_cycles, NULL },
	{ "PMU-1.event", "an overflow of an event counter forces an exit", test_event, NULL },
	{ "PMU-1.32bit", "without PMCR.LC the cycle counter overflows at 2^32",
	  test_32_bits, NULL },
	{ "PMU-1.64bit", "with PMCR.LC it does not", test_64_bits, NULL },
	{ "PMU-1.once", "a counter that goes on after its overflow does not raise the line again",
	  test_once, NULL },
	{ "PMU-1.running", "a counter enabled, set or stopped while the PMU runs obeys",
	  test_running, NULL },
	{ "PMU-1.chain", "an overflow of two chained counters forces an exit",
	  test_chain, NULL },
	{ "PMU-2", "flag, interrupt enable and PMCR.E each lower the line and raise it",
	  test_raise_and_lower, NULL },
	{ "PMU-2.counter", "disabling the counter does not lower the line",
	  test_disable_counter, NULL },
	{ "PMU-3", "the PMU and the timers move only their own bits", test_three, NULL },
	TIMER_SUBTESTS("PMU-3.together", "the PMU and a timer change in one exit", test_together),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
