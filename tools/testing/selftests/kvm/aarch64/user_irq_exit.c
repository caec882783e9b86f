// SPDX-License-Identifier: GPL-2.0
/*
 * EXIT: when userspace is told of a change of level.
 */
#include "user_irq.h"

/* Set by the host in the guest's copy. */
static u64 go;

static void release_guest(struct kvm_vm *vm)
{
	go = 1;
	sync_global_to_guest(vm, go);
}

static void guest_wait_for_go(void)
{
	while (!READ_ONCE(go))
		;
}

static void guest_raise(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
}

/* EXIT-1: expiry while the guest spins, with no other exit */
static void guest_expire_spinning(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(500));
	timer_set_ctl(t->timer, CTL_ENABLE);
	guest_wait_for_go();
	GUEST_DONE();
}

static void test_expire_spinning(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_expire_spinning, t);
	struct vcpu_exit x;

	run_waiting_for("the forced exit for the expired timer");
	assert_forced(run_once(vcpu), t->level);

	run_waiting_for("the guest to go on");
	release_guest(vm);
	x = run_once(vcpu);
	assert_done(x);
	assert_level(x, t->level);
	kvm_vm_free(vm);
}

/* EXIT-2: an asserted line that userspace knows of is no reason to exit */
static void guest_run_with_line_high(const struct guest_timer *t)
{
	u64 end;

	guest_raise(t);
	GUEST_SYNC(0);
	/* Long enough for many ticks of the host. */
	end = timer_get_cntct(VIRTUAL) + msec_to_cycles(50);
	while (timer_get_cntct(VIRTUAL) < end)
		;
	GUEST_SYNC(1);
	GUEST_DONE();
}

static void test_told_once(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_run_with_line_high, t);
	struct vcpu_exit x;

	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, t->level);
	TEST_ASSERT(x.nr_forced <= 1, "%u forced exits for one change", x.nr_forced);

	x = run_past_forced(vcpu);
	assert_sync(x, 1);
	assert_level(x, t->level);
	assert_nr_forced(x, 0);
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/*
 * EXIT-3: a change that coincides with an MMIO exit rides on it. The falling
 * edge does so wherever the guest's register writes do not trap; where they do,
 * it is told with the PC at the next instruction, before that of the access. The
 * rising edge rides when the timer expires in the right moment, so try many.
 */
#define RIDE_ROUNDS 64
#define FALL_ROUNDS 4

static void guest_ride(const struct guest_timer *t)
{
	unsigned int i;
	u64 met;

	for (i = 0; i < FALL_ROUNDS; i++) {
		guest_raise(t);
		GUEST_SYNC(0);
		timer_set_ctl(t->timer, 0);
		if (i & 1)
			readl(test_mmio);
		else
			writel(0, test_mmio);
		GUEST_SYNC(1);
	}

	for (i = 0; i < RIDE_ROUNDS; i++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + i * usec_to_cycles(1));
		timer_set_ctl(t->timer, CTL_ENABLE);
		met = timer_get_ctl(t->timer) & CTL_ISTATUS;
		writel(met, test_mmio);
		while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
			;
		GUEST_SYNC(2);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(3);
	}
	GUEST_DONE();
}

static void test_ride_on_mmio(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_ride, t);
	unsigned int i, forced, rides = 0, nr_behind = 0;
	struct vcpu_exit x;
	u64 forced_pc;

	for (i = 0; i < FALL_ROUNDS; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		assert_level(x, t->level);

		x = run_once(vcpu);
		forced = x.forced;
		forced_pc = vcpu_get_pc(vcpu);
		if (forced)
			x = run_once(vcpu);
		assert_reason(x, KVM_EXIT_MMIO);
		TEST_ASSERT(vcpu->run->mmio.phys_addr == TEST_MMIO_GPA &&
			    vcpu->run->mmio.is_write == !(i & 1), "not the MMIO access expected");
		assert_level(x, 0);
		rides += !forced;
		nr_behind += forced && forced_pc == vcpu_get_pc(vcpu);

		x = run_past_forced(vcpu);
		assert_sync(x, 1);
		assert_level(x, 0);
		assert_nr_forced(x, 0);
	}
	pr_info("%u of %u falling edges rode on an MMIO exit\n", rides, FALL_ROUNDS);
	/* An interrupt of the host's may come at one of the accesses, not at all. */
	TEST_ASSERT(nr_behind < FALL_ROUNDS, "each MMIO exit comes behind a forced exit");

	for (rides = 0, i = 0; i < RIDE_ROUNDS; i++) {
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_MMIO);
		/* The guest had seen ISTATUS before it made the access. */
		if (vcpu->run->mmio.data[0])
			assert_level(x, t->level);
		forced = x.nr_forced;
		rides += x.level && !forced;

		x = run_past_forced(vcpu);
		assert_sync(x, 2);
		assert_level(x, t->level);
		forced += x.nr_forced;
		TEST_ASSERT(forced <= 1, "%u forced exits for one change", forced);

		x = run_past_forced(vcpu);
		assert_sync(x, 3);
		assert_level(x, 0);
	}
	pr_info("%u of %u rising edges rode on an MMIO exit\n", rides, RIDE_ROUNDS);
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* EXIT-4: move CVAL to the future, then read the GIC's pending register */
static void guest_read_pending(const struct guest_timer *t)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		guest_raise(t);
		GUEST_SYNC(0);
		timer_set_cval(t->timer, guest_far_future(t));
		readl(test_mmio);
		timer_set_ctl(t->timer, 0);
	}
	GUEST_DONE();
}

static void test_read_pending(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_read_pending, t);
	struct vcpu_exit x;
	unsigned int i;

	for (i = 0; i < 8; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		assert_level(x, t->level);
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_MMIO);
		TEST_ASSERT(!vcpu->run->mmio.is_write, "an MMIO write, not the read expected");
		assert_level(x, 0);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* EXIT-5: expiry while in userspace is told before the guest runs on */
static void test_expire_in_userspace(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_arm_and_read, t);
	struct armed_timer armed = run_past_armed(vm, vcpu);
	u64 pc = vcpu_get_pc(vcpu);
	struct vcpu_exit x;

	vcpu_wait_for_cnt(vcpu, t, armed.cval);
	assert_forced(run_once(vcpu), t->level);
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc);

	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, t->level);
	kvm_vm_free(vm);
}

/* EXIT-6: what takes the line down after userspace was told, and how the guest exits then */
#define BACKED_GPA 0x50000000ul

enum { HOW_DISABLE, HOW_IMASK, NR_HOW };
enum { BY_MMIO, BY_HVC, BY_STAGE2_FAULT, NR_BY };

static void guest_lower(const struct guest_timer *t)
{
	unsigned int how, by;
	u64 page;

	for (how = 0; how < NR_HOW; how++) {
		for (by = 0; by < NR_BY; by++) {
			guest_raise(t);
			GUEST_SYNC(0);
			timer_set_ctl(t->timer, how == HOW_DISABLE ? 0 : CTL_ENABLE | CTL_IMASK);
			if (by == BY_HVC)
				guest_psci(PSCI_0_2_FN_PSCI_VERSION);
			/* A page of 64 KiB is never the one touched before. */
			page = BACKED_GPA + how * 0x10000;
			if (by == BY_STAGE2_FAULT)
				writel(1, (void *)page);
			GUEST_SYNC(1);
		}
	}
	GUEST_DONE();
}

static void test_lower(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_lower, t);
	unsigned int npages = NR_HOW * 0x10000 / vm->page_size;
	struct vcpu_exit x;
	unsigned int i;

	vm_userspace_mem_region_add(vm, VM_MEM_SRC_ANONYMOUS, BACKED_GPA, 1, npages, 0);
	virt_map(vm, BACKED_GPA, BACKED_GPA, npages);

	for (i = 0; i < NR_HOW * NR_BY; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		assert_level(x, t->level);

		x = run_past_forced(vcpu);
		assert_sync(x, 1);
		assert_level(x, 0);
		if (i % NR_BY != BY_MMIO)
			assert_nr_forced(x, 1);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* EXIT-7: high, low, high between two exits */
#define GLITCH_ROUNDS 32

static void guest_glitch(const struct guest_timer *t)
{
	unsigned int i;

	guest_raise(t);
	GUEST_SYNC(0);
	for (i = 1; i <= GLITCH_ROUNDS; i++) {
		timer_set_ctl(t->timer, i & 1 ? 0 : CTL_ENABLE | CTL_IMASK);
		timer_set_ctl(t->timer, CTL_ENABLE);
		GUEST_SYNC(i);
	}
	GUEST_DONE();
}

static void test_glitch(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_glitch, t);
	unsigned int i, unseen = 0;
	struct vcpu_exit x;

	for (i = 0; i <= GLITCH_ROUNDS; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, i);
		assert_level(x, t->level);
		if (!i)
			continue;
		/*
		 * Where writes trap or the host interrupts: told of the low, then of the high,
		 * unless that rides on the exit of GUEST_SYNC().
		 */
		TEST_ASSERT(x.nr_forced <= 2, "%u forced exits for a high-low-high", x.nr_forced);
		unseen += !x.nr_forced;
	}
	pr_info("%u of %u glitches caused no exit\n", unseen, GLITCH_ROUNDS);
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* EXIT-10: the read completes although the run that completes it is cut short */
static void test_read_meets_change(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_arm_and_read, t);
	struct armed_timer armed = run_until_armed(vm, vcpu);
	struct vcpu_exit x;
	u64 pc = vcpu_get_pc(vcpu);

	mmio_read_data(vcpu, 0x12345678);
	vcpu_wait_for_cnt(vcpu, t, armed.cval);
	assert_forced(run_once(vcpu), t->level);
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc + 4);

	mmio_read_data(vcpu, 0xdeadbeef);
	x = run_once(vcpu);
	assert_sync(x, 1);
	TEST_ASSERT_EQ(x.uc.args[2], 0x12345678ul);
	TEST_ASSERT_EQ(x.uc.args[3], (u64)armed.nr_tries);
	kvm_vm_free(vm);
}

/* EXIT-11: immediate_exit */
static struct vcpu_exit run_immediate_exit(struct kvm_vm **vm, const struct guest_timer *t)
{
	struct armed_timer armed;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	u64 pc;

	*vm = user_irq_vm_create(&vcpu, guest_arm_and_read, t);
	armed = run_past_armed(*vm, vcpu);
	pc = vcpu_get_pc(vcpu);
	vcpu_wait_for_cnt(vcpu, t, armed.cval);

	vcpu->run->immediate_exit = 1;
	x = run_once(vcpu);
	vcpu->run->immediate_exit = 0;
	TEST_ASSERT(x.rc == -1, "KVM_RUN with immediate_exit returned %d, expected EINTR", x.rc);
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc);
	return x;
}

static void test_immediate_exit(const struct guest_timer *t)
{
	struct kvm_vm *vm;

	run_immediate_exit(&vm, t);
	kvm_vm_free(vm);
}

static void test_immediate_exit_field(const struct guest_timer *t)
{
	struct kvm_vm *vm;

	assert_level(run_immediate_exit(&vm, t), t->level);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("EXIT-1", "expiry while the guest spins forces an exit",
		       test_expire_spinning),
	TIMER_SUBTESTS("EXIT-2", "the asserted line forces no second exit", test_told_once),
	TIMER_SUBTESTS("EXIT-3", "a change that meets an MMIO exit rides on it",
		       test_ride_on_mmio),
	TIMER_SUBTESTS("EXIT-4", "the field is 0 at the MMIO read after CVAL moved",
		       test_read_pending),
	TIMER_SUBTESTS("EXIT-5", "expiry in userspace is told before the guest runs",
		       test_expire_in_userspace),
	TIMER_SUBTESTS("EXIT-6", "the lowered line is told at the next exit of any kind",
		       test_lower),
	TIMER_SUBTESTS("EXIT-7", "high-low-high between two exits is one high", test_glitch),
	TIMER_SUBTESTS("EXIT-10", "an MMIO read that meets a change completes once",
		       test_read_meets_change),
	TIMER_SUBTESTS("EXIT-11", "immediate_exit runs no guest instruction",
		       test_immediate_exit),
	TIMER_SUBTESTS("EXIT-11.field", "immediate_exit refreshes the field",
		       test_immediate_exit_field),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
