// SPDX-License-Identifier: GPL-2.0
/*
 * LVL: what the level in device_irq_level means, sampled at MMIO exits.
 *
 * The level of a timer is its output: ENABLE, not IMASK, and the condition
 * CNT - CVAL >= 0 met (Arm ARM D12.2.4).
 */
#include "user_irq.h"

#define CONDITION_MET (1u << 2)

/* @state: CTL_ENABLE, CTL_IMASK and CONDITION_MET */
static void guest_set_state(const struct guest_timer *t, unsigned int state)
{
	timer_set_cval(t->timer, state & CONDITION_MET ? 0 : guest_far_future(t));
	timer_set_ctl(t->timer, state & (CTL_ENABLE | CTL_IMASK));
}

/* LVL-1: all 8 states, each come to from each other one */
static void guest_truth_table(const struct guest_timer *t)
{
	unsigned int from, to;

	for (from = 0; from < 8; from++) {
		for (to = 0; to < 8; to++) {
			guest_set_state(t, from);
			guest_set_state(t, to);
			GUEST_SYNC(to);
		}
	}
	GUEST_DONE();
}

static void test_truth_table(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_truth_table, t);
	unsigned int from, to;
	struct vcpu_exit x;

	for (from = 0; from < 8; from++) {
		for (to = 0; to < 8; to++) {
			x = run_past_forced(vcpu);
			assert_sync(x, to);
			assert_level(x, to == (CTL_ENABLE | CONDITION_MET) ? t->level : 0);
		}
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* LVL-2: IMASK keeps the line down, and ISTATUS as it is */
static void guest_imask(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE | CTL_IMASK);
	GUEST_SYNC_ARGS(0, timer_get_ctl(t->timer), 0, 0, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	GUEST_SYNC_ARGS(1, timer_get_ctl(t->timer), 0, 0, 0);
	timer_set_ctl(t->timer, CTL_ENABLE | CTL_IMASK);
	GUEST_SYNC_ARGS(2, timer_get_ctl(t->timer), 0, 0, 0);
	GUEST_DONE();
}

static void test_imask(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_imask, t);
	struct vcpu_exit x;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		u32 imask = i == 1 ? 0 : CTL_IMASK;

		x = run_past_forced(vcpu);
		assert_sync(x, i);
		TEST_ASSERT_EQ(x.uc.args[2], (u64)(CTL_ENABLE | CTL_ISTATUS | imask));
		assert_level(x, imask ? 0 : t->level);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* LVL-2: ISTATUS is not the guest's to write, as it does that reads CTL and writes it back. */
static void guest_write_istatus(const struct guest_timer *t)
{
	timer_set_cval(t->timer, guest_far_future(t));
	timer_set_ctl(t->timer, CTL_ENABLE | CTL_ISTATUS);
	GUEST_SYNC(timer_get_ctl(t->timer));
	timer_set_ctl(t->timer, CTL_ENABLE | CTL_IMASK | CTL_ISTATUS);
	GUEST_SYNC(timer_get_ctl(t->timer));
	GUEST_DONE();
}

static void test_write_istatus(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_write_istatus, t);
	struct vcpu_exit x;

	x = run_once(vcpu);
	assert_sync(x, CTL_ENABLE);
	assert_level(x, 0);
	x = run_once(vcpu);
	assert_sync(x, CTL_ENABLE | CTL_IMASK);
	assert_level(x, 0);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* LVL-3: CVAL alone moves the line, both ways */
#define CVAL_ROUNDS 16

static void guest_move_cval(const struct guest_timer *t)
{
	unsigned int i;

	timer_set_cval(t->timer, guest_far_future(t));
	timer_set_ctl(t->timer, CTL_ENABLE);
	for (i = 0; i < CVAL_ROUNDS; i++) {
		timer_set_cval(t->timer, i & 1 ? timer_get_cntct(t->timer) : guest_far_future(t));
		GUEST_SYNC(i);
	}
	GUEST_DONE();
}

static void test_move_cval(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_move_cval, t);
	struct vcpu_exit x;
	unsigned int i;

	for (i = 0; i < CVAL_ROUNDS; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, i);
		assert_level(x, i & 1 ? t->level : 0);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/*
 * LVL-4: the ends of the ranges. The comparison is one of unsigned 64-bit
 * values, TVAL a signed 32-bit offset (Arm ARM D12.2.4).
 */
enum {
	EDGE_CVAL_0,
	EDGE_CVAL_MAX,
	EDGE_CVAL_NOW,
	EDGE_TVAL_MINUS_1,
	EDGE_TVAL_0,
	EDGE_TVAL_MAX,
	NR_EDGES
};

/* CVAL must become the sum of @tval and what the counter is at that moment. */
static void guest_set_tval(const struct guest_timer *t, s32 tval)
{
	u64 before, after, cnt;

	before = timer_get_cntct(t->timer);
	timer_set_tval(t->timer, tval);
	after = timer_get_cntct(t->timer);
	cnt = timer_get_cval(t->timer) - (s64)tval;
	GUEST_ASSERT(cnt >= before);
	GUEST_ASSERT(cnt <= after);
}

static void guest_edges(const struct guest_timer *t)
{
	unsigned int edge;

	for (edge = 0; edge < NR_EDGES; edge++) {
		timer_set_ctl(t->timer, 0);
		switch (edge) {
		case EDGE_CVAL_0:
			timer_set_cval(t->timer, 0);
			break;
		case EDGE_CVAL_MAX:
			timer_set_cval(t->timer, ~0ul);
			break;
		case EDGE_CVAL_NOW:
			timer_set_cval(t->timer, timer_get_cntct(t->timer));
			break;
		case EDGE_TVAL_MINUS_1:
			guest_set_tval(t, -1);
			break;
		case EDGE_TVAL_0:
			guest_set_tval(t, 0);
			break;
		case EDGE_TVAL_MAX:
			guest_set_tval(t, INT32_MAX);
			break;
		}
		timer_set_ctl(t->timer, CTL_ENABLE);
		GUEST_SYNC_ARGS(edge, timer_get_cval(t->timer), 0, 0, 0);
	}
	GUEST_DONE();
}

static void test_edges(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_edges, t);
	struct vcpu_exit x;
	unsigned int edge;

	/*
	 * Run the guest's counter ahead of the host's: a CVAL whose sum with
	 * CNTVOFF overflows hangs an emulated host, QEMU 7.2 loops on it.
	 */
	if (t == &guest_vtimer)
		vcpu_set_reg(vcpu, t->cnt_reg, timer_get_cntct(VIRTUAL) + (1ul << 40));

	for (edge = 0; edge < NR_EDGES; edge++) {
		x = run_past_forced(vcpu);
		assert_sync(x, edge);
		if (edge == EDGE_CVAL_MAX)
			assert_level(x, 0);
		else if (edge != EDGE_TVAL_MAX)
			assert_level(x, t->level);
		else if (vcpu_get_cnt(vcpu, t) < x.uc.args[2])
			/* A fast counter may reach it while the host is slow. */
			assert_level(x, 0);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* LVL-5: both timers through all states of the pair */
static void guest_both(const struct guest_timer *unused)
{
	unsigned int from, to;

	(void)unused;
	for (from = 0; from < 4; from++) {
		for (to = 0; to < 4; to++) {
			guest_set_state(&guest_vtimer, CTL_ENABLE | (from & 1 ? CONDITION_MET : 0));
			guest_set_state(&guest_ptimer, CTL_ENABLE | (from & 2 ? CONDITION_MET : 0));
			GUEST_SYNC(from);
			guest_set_state(&guest_vtimer, CTL_ENABLE | (to & 1 ? CONDITION_MET : 0));
			guest_set_state(&guest_ptimer, CTL_ENABLE | (to & 2 ? CONDITION_MET : 0));
			GUEST_SYNC(to);
		}
	}
	GUEST_DONE();
}

static void test_both(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	user_irq_require_timer(&guest_ptimer);
	vm = user_irq_vm_create(&vcpu, guest_both, unused);
	for (i = 0; i < 32; i++) {
		unsigned int state = i & 1 ? (i >> 1) & 3 : i >> 3;

		x = run_past_forced(vcpu);
		assert_sync(x, state);
		assert_level(x, (state & 1 ? guest_vtimer.level : 0) |
				(state & 2 ? guest_ptimer.level : 0));
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* LVL-6: the condition outlives ENABLE */
static void guest_reenable(const struct guest_timer *t)
{
	unsigned int i;

	timer_set_cval(t->timer, timer_get_cntct(t->timer));
	for (i = 0; i < 8; i++) {
		timer_set_ctl(t->timer, i & 1 ? CTL_ENABLE : 0);
		GUEST_SYNC(i);
	}
	GUEST_DONE();
}

static void test_reenable(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_reenable, t);
	struct vcpu_exit x;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, i);
		assert_level(x, i & 1 ? t->level : 0);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/*
 * LVL-7: CVALs that show whether the offset counts once, not never or twice. Then
 * those that overflow when an offset is added to them. The hardware adds that of
 * the vtimer, for which the largest ones that do not overflow will do (see
 * test_edges()); for the ptimer it is KVM that does.
 */
enum {
	OFFSET_0,
	OFFSET_PAST,
	OFFSET_BETWEEN,
	OFFSET_MAX,
	OFFSET_NEAR_MAX,
	OFFSET_FAR_FUTURE,
	NR_OFFSETS
};

static u64 offset;	/* less than the host's counter: the guest's does not wrap */
static u64 past;	/* the guest's counter at first: far ahead with twice the offset */
static u64 between;	/* the guest's counter and the host's */

static void guest_offset(const struct guest_timer *t)
{
	u64 max = t == &guest_vtimer ? ~offset : ~0ul;
	u64 cval[NR_OFFSETS] = {
		[OFFSET_0] = 0,
		[OFFSET_PAST] = past,
		[OFFSET_BETWEEN] = between,
		[OFFSET_MAX] = max,
		[OFFSET_NEAR_MAX] = max - 1000,
		[OFFSET_FAR_FUTURE] = guest_far_future(t),
	};
	unsigned int i;

	for (i = 0; i < NR_OFFSETS; i++) {
		timer_set_ctl(t->timer, 0);
		timer_set_cval(t->timer, cval[i]);
		timer_set_ctl(t->timer, CTL_ENABLE);
		GUEST_ASSERT_EQ(timer_get_cval(t->timer), cval[i]);
		GUEST_SYNC_ARGS(i, timer_get_ctl(t->timer) & CTL_ISTATUS, 0, 0, 0);
	}
	GUEST_DONE();
}

static void test_offset(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_offset, t);
	u64 now = timer_get_cntct(VIRTUAL);
	struct vcpu_exit x;
	unsigned int i;
	bool met;

	offset = now / 2;
	past = now - offset;
	between = now - offset / 2;
	sync_global_to_guest(vm, offset);
	sync_global_to_guest(vm, past);
	sync_global_to_guest(vm, between);
	user_irq_set_counter_offset(vm, offset);

	for (i = 0; i < NR_OFFSETS; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, i);
		/* A slow host may have got there. */
		if (i == OFFSET_BETWEEN && timer_get_cntct(VIRTUAL) - offset >= between)
			continue;
		met = i == OFFSET_0 || i == OFFSET_PAST;
		assert_level(x, met ? t->level : 0);
		TEST_ASSERT_EQ(x.uc.args[2], met ? (u64)CTL_ISTATUS : 0ul);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* LVL-7: a guest that is ahead of the host, as after a move: the sum must overflow. */
static void guest_expire(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(100));
	timer_set_ctl(t->timer, CTL_ENABLE);
	while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
		cpu_relax();
	GUEST_SYNC(0);
	GUEST_DONE();
}

static void test_ahead(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_expire, t);
	struct vcpu_exit x;

	user_irq_set_counter_offset(vm, -(1ul << 40));
	TEST_ASSERT(vcpu_get_cnt(vcpu, t) >= 1ul << 40, "the guest's counter is not ahead");
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, t->level);
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("LVL-1", "the level is ENABLE && !IMASK && condition met",
		       test_truth_table),
	TIMER_SUBTESTS("LVL-2", "IMASK hides the line but not ISTATUS", test_imask),
	TIMER_SUBTESTS("LVL-2.write", "ISTATUS written by the guest changes nothing",
		       test_write_istatus),
	TIMER_SUBTESTS("LVL-3", "moving CVAL lowers and raises the line", test_move_cval),
	TIMER_SUBTESTS("LVL-4", "CVAL and TVAL at the ends of their ranges", test_edges),
	{ "LVL-5", "the two timers move only their own bits", test_both, NULL },
	TIMER_SUBTESTS("LVL-6", "the level returns with ENABLE", test_reenable),
	TIMER_SUBTESTS("LVL-7", "a counter offset makes no CVAL fire that must not", test_offset),
	TIMER_SUBTESTS("LVL-7.ahead", "a CVAL fires whose offset leads round the counter",
		       test_ahead),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
