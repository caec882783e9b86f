// SPDX-License-Identifier: GPL-2.0
/*
 * REG: vCPUs that go on in another VM, and vCPUs that are off for a while.
 */
#include "guest_pmu.h"
#include "user_irqchip.h"
#include "vcpu_state.h"
#include "vcpu_thread.h"

/* Set by the host in the guest's copy. */
static u64 arm_ticks;
static u64 arm_again;
static u64 go;

/*
 * REG-2: the state of a vCPU with a timer, saved and restored into a new VM.
 * Time stands still in between: the saved counter goes on where it was.
 */
static void guest_move(const struct guest_timer *t)
{
	u64 cnt, cval;

	do {
		timer_set_ctl(t->timer, 0);
		cnt = timer_get_cntct(t->timer);
		cval = cnt + READ_ONCE(arm_ticks);
		timer_set_cval(t->timer, cval);
		timer_set_ctl(t->timer, CTL_ENABLE);
		GUEST_SYNC_ARGS(0, cval, 0, 0, 0);
	} while (READ_ONCE(arm_again));

	while (!READ_ONCE(go))
		;
	GUEST_ASSERT(timer_get_cntct(t->timer) >= cval);
	GUEST_ASSERT_EQ(timer_get_cval(t->timer), cval);
	GUEST_ASSERT_EQ(timer_get_ctl(t->timer), CTL_ENABLE | CTL_ISTATUS);
	GUEST_SYNC(1);
	timer_set_ctl(t->timer, 0);
	GUEST_SYNC(2);
	GUEST_DONE();
}

/* To KVM this is another VM and another vCPU, which is returned. @init is NULL without PMU. */
static struct kvm_vcpu *move_to_new_vm(struct kvm_vm *vm, const struct vcpu_state *state,
				       const struct kvm_vcpu_init *init)
{
	struct kvm_vcpu *vcpu;

	kvm_vm_release(vm);
	kvm_vm_restart(vm);
	vcpu = user_irq_vcpu_add(vm, 0, init, guest_move);
	if (init)
		vcpu_pmu_init(vcpu);
	vcpu_load_state(vcpu, state);
	return vcpu;
}

static struct vcpu_state *save_with_timer(struct kvm_vcpu *vcpu, const struct guest_timer *t,
					  u64 *cnt)
{
	struct vcpu_state *state;
	bool listed;
	u64 val;

	vcpu_run_complete_io(vcpu);
	state = vcpu_save_state(vcpu);
	listed = vcpu_state_reg(state, t->ctl_reg, &val) &&
		 vcpu_state_reg(state, t->cval_reg, &val) &&
		 vcpu_state_reg(state, t->cnt_reg, cnt);
	TEST_ASSERT(listed || t == &guest_ptimer, "KVM_GET_REG_LIST has no %s", t->name);
	TEST_REQUIRE_SINCE(6, 4, listed, "KVM_GET_REG_LIST has no %s", t->name);
	return state;
}

/* Told in the new VM, the guest finds its timer or PMU as it left it. */
static void finish_in_new_vm(struct kvm_vm *vm, struct kvm_vcpu *vcpu, u64 level)
{
	struct vcpu_exit x;

	go = 1;
	sync_global_to_guest(vm, go);
	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, level);
	x = run_past_forced(vcpu);
	assert_sync(x, 2);
	assert_level(x, 0);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

static void test_move_high(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_move, t);
	struct vcpu_state *state;
	struct vcpu_exit x;
	u64 cnt;

	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, t->level);
	state = save_with_timer(vcpu, t, &cnt);
	vcpu = move_to_new_vm(vm, state, NULL);
	assert_told_first(vcpu, t->level);
	finish_in_new_vm(vm, vcpu, t->level);
	vcpu_state_free(state);
}

static void test_move_armed(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_move, t);
	struct vcpu_state *state = NULL;
	u64 ms, cval = 0, cnt = ~0ul;
	struct vcpu_exit x;

	arm_again = 1;
	sync_global_to_guest(vm, arm_again);
	/* A slow host may get to save the counter only after the expiry: then later. */
	for (ms = 2; ms <= 8192 && cnt >= cval; ms *= 2) {
		arm_ticks = msec_to_cycles(ms);
		sync_global_to_guest(vm, arm_ticks);
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		cval = x.uc.args[2];
		if (state)
			vcpu_state_free(state);
		state = save_with_timer(vcpu, t, &cnt);
	}
	TEST_ASSERT(cnt < cval, "the timer always expires before its state is saved");
	arm_again = 0;
	sync_global_to_guest(vm, arm_again);
	vcpu = move_to_new_vm(vm, state, NULL);

	run_waiting_for("the expiry in the new VM");
	assert_forced(run_once(vcpu), t->level);
	TEST_ASSERT(vcpu_get_cnt(vcpu, t) >= cval, "told before the timer expired");
	finish_in_new_vm(vm, vcpu, t->level);
	vcpu_state_free(state);
}

/* REG-5: KVM_MP_STATE_STOPPED holds a vCPU whatever its timer does */
static void set_mp_state(struct kvm_vcpu *vcpu, u32 mp_state)
{
	struct kvm_mp_state state = { .mp_state = mp_state };

	vcpu_mp_state_set(vcpu, &state);
}

static void guest_raise(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + READ_ONCE(arm_ticks));
	timer_set_ctl(t->timer, CTL_ENABLE);
	GUEST_SYNC(0);
	GUEST_SYNC(1);
	timer_set_ctl(t->timer, 0);
	GUEST_SYNC(2);
	GUEST_DONE();
}

/* The line, high or about to be, is told at the signal, and the guest does not go on. */
static void run_stopped(struct kvm_vcpu *vcpu, const struct guest_timer *t)
{
	u64 pc = vcpu_get_pc(vcpu);
	struct vcpu_exit x;

	run_signal_in(5000);
	x = run_past_forced(vcpu);
	assert_signal(x);
	assert_level(x, t->level);
	run_consume_signal();
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc);
}

static void test_stopped(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	struct vcpu_exit x;
	u64 ms;

	for (ms = 0; ms <= 1; ms++) {
		vm = user_irq_vm_create(&vcpu, guest_raise, t);
		arm_ticks = msec_to_cycles(ms);
		sync_global_to_guest(vm, arm_ticks);
		run_take_signal(vcpu);
		assert_sync(run_past_forced(vcpu), 0);
		vcpu_run_complete_io(vcpu);

		set_mp_state(vcpu, KVM_MP_STATE_STOPPED);
		run_stopped(vcpu, t);
		run_stopped(vcpu, t);

		set_mp_state(vcpu, KVM_MP_STATE_RUNNABLE);
		x = run_once(vcpu);
		assert_sync(x, 1);
		assert_level(x, t->level);
		x = run_past_forced(vcpu);
		assert_sync(x, 2);
		assert_level(x, 0);
		assert_done(run_once(vcpu));
		kvm_vm_free(vm);
	}
}

/* REG-5: PSCI CPU_OFF with a high line; CPU_ON resets the vCPU, and so its timer */
static void guest_off(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer));
	timer_set_ctl(t->timer, CTL_ENABLE);
	GUEST_SYNC(0);
	guest_psci(PSCI_0_2_FN_CPU_OFF);
	GUEST_ASSERT(!"reached after CPU_OFF");
}

/* Aff3, Aff2, Aff1 and Aff0 of MPIDR_EL1 */
#define MPIDR_AFFINITY 0xff00fffffful

/* Where CPU_ON enters, with the MMU off; x0 is the context id. */
static const u32 guest_entered[] = {
	0xf9000000,	/* str	x0, [x0] */
	0x14000000,	/* b	. */
};

static void guest_turn_on(u64 target, u64 entry, u64 context)
{
	struct arm_smccc_res res;

	do {
		smccc_hvc(PSCI_0_2_FN64_CPU_ON, target, entry, context, 0, 0, 0, 0, &res);
	} while ((s32)res.a0 == PSCI_RET_ALREADY_ON);
	GUEST_ASSERT_EQ(res.a0, PSCI_RET_SUCCESS);
	GUEST_DONE();
}

struct off_and_on {
	const struct guest_timer *timer;
	u64 entry;
};

static void run_off_and_on(struct vcpu_thread *thread)
{
	struct off_and_on *arg = thread->arg;
	struct kvm_vcpu *vcpu = thread->vcpu;
	struct vcpu_exit x;

	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, arg->timer->level);

	run_waiting_for("CPU_ON to end CPU_OFF");
	assert_forced(run_once(vcpu), 0);
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), arg->entry);

	x = run_once(vcpu);
	assert_reason(x, KVM_EXIT_MMIO);
	assert_level(x, 0);
	TEST_ASSERT_EQ((u64)vcpu->run->mmio.phys_addr, TEST_MMIO_GPA);
}

static void test_psci(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu, *target;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_turn_on, t);
	struct off_and_on arg = { .timer = t, .entry = vm_phy_page_alloc(vm, 0, 0) };
	struct vcpu_thread thread;
	unsigned int polls;
	u64 mpidr;

	memcpy(addr_gpa2hva(vm, arg.entry), guest_entered, sizeof(guest_entered));
	target = user_irq_vcpu_add(vm, 1, NULL, guest_off);
	vcpu_args_set(target, 1, t);
	TEST_ASSERT(!__vcpu_get_reg(target, KVM_ARM64_SYS_REG(SYS_MPIDR_EL1), &mpidr),
		    "KVM_GET_ONE_REG MPIDR_EL1");
	vcpu_args_set(vcpu, 3, mpidr & MPIDR_AFFINITY, arg.entry, TEST_MMIO_GPA);

	vcpu_thread_start(&thread, target, run_off_and_on, &arg, HOST_CPU_ANY);
	for (polls = 0; polls < 100 && !vcpu_thread_sleeps(&thread); polls++)
		usleep(1000);
	assert_done(run_once(vcpu));
	vcpu_thread_join(&thread);
	kvm_vm_free(vm);
}

/* REG-2: the PMU's line, too: what makes it is in registers, and goes with them. */
static void guest_move_pmu(void)
{
	u64 count;

	guest_pmu_reset();
	guest_pmu_overflow();
	/* 0, or 2^32 where counters have 64 bits and overflow at 32 (PMUv3p5) */
	count = read_sysreg(pmxevcntr_el0);
	GUEST_SYNC(0);
	GUEST_ASSERT_EQ(read_sysreg(pmovsset_el0), PMU_COUNTER_0);
	GUEST_ASSERT_EQ(read_sysreg(pmintenset_el1), PMU_COUNTER_0);
	GUEST_ASSERT_EQ(read_sysreg(pmcntenset_el0), PMU_COUNTER_0);
	GUEST_ASSERT_EQ(read_sysreg(pmxevcntr_el0), count);
	GUEST_SYNC(1);
	write_sysreg(PMU_COUNTER_0, pmovsclr_el0);
	isb();
	GUEST_SYNC(2);
	GUEST_DONE();
}

static void test_move_pmu(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_move_pmu);
	struct vcpu_state *state;
	struct vcpu_exit x;

	(void)unused;
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, KVM_ARM_DEV_PMU);
	vcpu_run_complete_io(vcpu);
	state = vcpu_save_state(vcpu);

	vcpu = move_to_new_vm(vm, state, &pmu_features);
	assert_told_first(vcpu, KVM_ARM_DEV_PMU);
	finish_in_new_vm(vm, vcpu, KVM_ARM_DEV_PMU);
	vcpu_state_free(state);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("REG-2.high", "a high line is told in a new VM before the guest runs",
		       test_move_high),
	TIMER_SUBTESTS("REG-2.armed", "an armed timer is told in a new VM when it expires",
		       test_move_armed),
	{ "REG-2.pmu", "an overflow is told in a new VM before the guest runs",
	  test_move_pmu, NULL },
	TIMER_SUBTESTS("REG-5.stopped", "KVM_MP_STATE_STOPPED under a high line, and back",
		       test_stopped),
	TIMER_SUBTESTS("REG-5.psci", "CPU_OFF under a high line, CPU_ON takes it down",
		       test_psci),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
