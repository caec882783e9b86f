// SPDX-License-Identifier: GPL-2.0
/*
 * OLD: userspace from before KVM_CAP_ARM_USER_IRQ. It enters KVM_RUN again
 * after EINTR, which is run_past_forced(), never looks at the field, and never
 * raises a line.
 */
#include "user_irq.h"

#define ROUNDS 50

static u64 nr_interrupts;

/* OLD-1: a program of its own that polls its timer */
static void guest_poll(const struct guest_timer *t)
{
	unsigned int i;
	volatile u64 work;

	for (i = 0; i < ROUNDS; i++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(50));
		timer_set_ctl(t->timer, CTL_ENABLE);
		while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
			;
		for (work = 0; work < 1000; work++)
			;
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(i);
	}
	GUEST_DONE();
}

static void test_poll(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_poll, t);
	struct vcpu_exit x;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, i);
		/* The line goes up and down once a round. */
		TEST_ASSERT(x.nr_forced <= 2, "%u forced exits for two changes", x.nr_forced);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

/* OLD-2: no interrupt comes to a guest whose userspace raises none */
static void guest_count_interrupt(struct ex_regs *regs)
{
	/* Masked from here on, lest a level-sensitive one comes for ever. */
	regs->pstate |= 3 << 6;
	nr_interrupts++;
}

static void guest_unmasked(const struct guest_timer *t)
{
	local_irq_enable();
	guest_poll(t);
}

static void test_no_interrupt(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_unmasked, t);
	struct vcpu_exit x;

	vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, guest_count_interrupt);
	vm_install_exception_handler(vm, VECTOR_FIQ_CURRENT, guest_count_interrupt);
	do {
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_MMIO);
		sync_global_from_guest(vm, nr_interrupts);
		TEST_ASSERT(!nr_interrupts, "the guest took an interrupt that nobody raised");
	} while (x.uc.cmd != UCALL_DONE);
	kvm_vm_free(vm);
}

/* OLD-3: what a polling guest sees is the timer of the Arm ARM */
static void guest_check_timer(const struct guest_timer *t)
{
	u64 before, after, cval, raw;
	unsigned int i;
	u32 ctl, set;
	s64 tval;

	for (i = 0; i < ROUNDS; i++) {
		set = i & 1 ? CTL_ENABLE | CTL_IMASK : CTL_ENABLE;
		before = timer_get_cntct(t->timer);
		if (i & 2)
			timer_set_cval(t->timer, before + usec_to_cycles(20));
		else
			timer_set_tval(t->timer, usec_to_cycles(20));
		after = timer_get_cntct(t->timer);
		cval = timer_get_cval(t->timer);
		GUEST_ASSERT(cval >= before + usec_to_cycles(20));
		GUEST_ASSERT(cval <= (i & 2 ? before : after) + usec_to_cycles(20));
		timer_set_ctl(t->timer, set);
		GUEST_ASSERT_EQ(timer_get_cval(t->timer), cval);
		do {
			before = timer_get_cntct(t->timer);
			/*
			 * An emulated timer may be late to see its condition
			 * met, but not when CVAL is written.
			 */
			if (before >= cval)
				timer_set_cval(t->timer, cval);
			ctl = timer_get_ctl(t->timer);
			after = timer_get_cntct(t->timer);
			GUEST_ASSERT(after >= before);
			GUEST_ASSERT_EQ(ctl & ~CTL_ISTATUS, set);
			GUEST_ASSERT(!(ctl & CTL_ISTATUS) || after >= cval);
			GUEST_ASSERT((ctl & CTL_ISTATUS) || before < cval);
		} while (!(ctl & CTL_ISTATUS));

		before = timer_get_cntct(t->timer);
		raw = t->timer == VIRTUAL ? read_sysreg(cntv_tval_el0) :
					    read_sysreg(cntp_tval_el0);
		after = timer_get_cntct(t->timer);
		GUEST_ASSERT(!(raw >> 32));
		tval = (s32)raw;
		GUEST_ASSERT(tval <= (s64)(cval - before) && tval >= (s64)(cval - after));
		/* Not from high to a near future: see INV-2.rearm. */
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(i);
	}
	GUEST_DONE();
}

static void run_check_timer(struct kvm_vm *vm, struct kvm_vcpu *vcpu)
{
	struct vcpu_exit x;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		x = run_past_forced(vcpu);
		assert_sync(x, i);
	}
	assert_done(run_past_forced(vcpu));
	kvm_vm_free(vm);
}

static void test_exact_timer(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_check_timer, t);

	run_check_timer(vm, vcpu);
}

/* All that the guest can see of a timer has the same offset; KVM emulates some of it. */
static void test_exact_offset(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_check_timer, t);

	user_irq_set_counter_offset(vm, timer_get_cntct(VIRTUAL) / 2);
	run_check_timer(vm, vcpu);
}

/* OLD-4: what userspace leaves in the field is put right, and nothing else touched */
static void guest_high_and_low(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	for (;;) {
		timer_set_ctl(t->timer, CTL_ENABLE);
		GUEST_SYNC(1);
		GUEST_SYNC(1);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(0);
		GUEST_SYNC(0);
	}
}

static void assert_untouched(const struct kvm_run *run, const struct kvm_run *before,
			     size_t from, size_t to)
{
	const u8 *now = (const u8 *)run, *was = (const u8 *)before;
	size_t i;

	for (i = from; i < to; i++)
		TEST_ASSERT(now[i] == was[i], "KVM wrote %#x over %#x, byte %zu of kvm_run",
			    now[i], was[i], i);
}

static void test_scribble(const struct guest_timer *t)
{
	const size_t field = offsetof(struct kvm_run, s.regs);
	static const u64 scribbles[] = { 0, ~0ul, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa };
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_high_and_low, t);
	struct kvm_run *run = vcpu->run, before;
	unsigned int i, high;
	struct vcpu_exit x;

	for (i = 0; i < ARRAY_SIZE(scribbles); i++) {
		for (high = 2; high-- > 0;) {
			u64 level = high ? t->level : 0;

			x = run_past_forced(vcpu);
			assert_sync(x, high);

			run->s.regs.device_irq_level = scribbles[i];
			run->kvm_dirty_regs = scribbles[i];
			run->kvm_valid_regs = scribbles[i];
			run->request_interrupt_window = scribbles[i];
			memset(run->padding1, scribbles[i], sizeof(run->padding1));
			memset(run->s.padding + sizeof(run->s.regs), 0x5a + i,
			       sizeof(run->s.padding) - sizeof(run->s.regs));
			before = *run;

			x = run_past_forced(vcpu);
			assert_sync(x, high);
			TEST_ASSERT(x.nr_forced <= 1, "%u forced exits for one scribble",
				    x.nr_forced);
			TEST_ASSERT((x.level & DEVICE_IRQ_ALL) == level,
				    "field %#lx after a scribble of %#lx, expected bits %#lx",
				    x.level, scribbles[i], level);
			/* The input, the masks of registers, all that is behind the field */
			assert_untouched(run, &before, 0, offsetof(struct kvm_run, exit_reason));
			assert_untouched(run, &before, offsetof(struct kvm_run, kvm_valid_regs),
					 field);
			assert_untouched(run, &before, field + sizeof(run->s.regs), sizeof(*run));
			run->s.regs.device_irq_level = level;
		}
	}
	kvm_vm_free(vm);
}

/* OLD-5: a VM's field says nothing of the VM before it */
static void guest_sync_forever(const struct guest_timer *t)
{
	(void)t;
	for (;;)
		GUEST_SYNC(0);
}

static void test_no_memory(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		vm = user_irq_vm_create(&vcpu, guest_high_and_low, t);
		x = run_past_forced(vcpu);
		assert_sync(x, 1);
		assert_level(x, t->level);
		kvm_vm_free(vm);

		vm = user_irq_vm_create(&vcpu, guest_sync_forever, t);
		TEST_ASSERT(!vcpu->run->s.regs.device_irq_level, "field %#llx before the first run",
			    vcpu->run->s.regs.device_irq_level);
		x = run_once(vcpu);
		assert_sync(x, 0);
		assert_level(x, 0);
		kvm_vm_free(vm);
	}
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("OLD-1", "a polling guest completes, without a stream of exits", test_poll),
	TIMER_SUBTESTS("OLD-2", "no interrupt is delivered", test_no_interrupt),
	TIMER_SUBTESTS("OLD-3", "a polling guest sees the exact timer", test_exact_timer),
	TIMER_SUBTESTS("OLD-3.offset", "also when the VM's counters have an offset",
		       test_exact_offset),
	TIMER_SUBTESTS("OLD-4", "a scribbled field is put right, nothing else touched",
		       test_scribble),
	TIMER_SUBTESTS("OLD-5", "a new VM knows nothing of the one before", test_no_memory),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
