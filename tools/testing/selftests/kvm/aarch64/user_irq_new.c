// SPDX-License-Identifier: GPL-2.0
/*
 * Userspace drives an interrupt controller: the field decides what the IRQ and
 * FIQ pins of the vCPU are, and the guest takes the interrupts (rows NEW).
 */
#include "user_irqchip.h"
#include "vcpu_thread.h"
#include "wait_insn.h"

#define ROUNDS		200
#define FEW_ROUNDS	50
#define UNQUIET		5	/* entries of a handler before it quiesces its timer */

/* The guest's own; the host reads them with guest_u64_read(). */
static const struct guest_timer *guest_t;
static u64 nr_irqs;
static u64 nr_fiqs;
static u64 nr_spurious;
static u64 nr_rounds;

/* The end of an interrupt: an exit on which userspace sees the field. */
static void guest_eoi(u64 nr)
{
	writel(nr, test_mmio);
}

static void assert_eoi(const struct vcpu_exit *x, const struct kvm_vcpu *vcpu)
{
	exit_assert(!x->rc && x->reason == KVM_EXIT_MMIO && vcpu->run->mmio.is_write &&
		    vcpu->run->mmio.phys_addr == TEST_MMIO_GPA, x, __FILE__, __LINE__,
		    "expected the guest's end of interrupt");
}

static void install(struct kvm_vm *vm, handler_fn irq, handler_fn fiq)
{
	if (irq)
		vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, irq);
	if (fiq)
		vm_install_exception_handler(vm, VECTOR_FIQ_CURRENT, fiq);
}

/* NEW-1, NEW-2: a timer interrupt, many times over */

static void guest_take(u64 *count)
{
	const struct guest_timer *t = guest_t;
	u32 ctl = timer_get_ctl(t->timer);

	if (ctl != (CTL_ENABLE | CTL_ISTATUS))
		nr_spurious++;
	(*count)++;
	timer_set_ctl(t->timer, 0);
	guest_eoi(*count);
}

static void guest_irq(struct ex_regs *regs)
{
	(void)regs;
	guest_take(&nr_irqs);
}

static void guest_fiq(struct ex_regs *regs)
{
	(void)regs;
	guest_take(&nr_fiqs);
}

static void guest_arm_rounds(const struct guest_timer *t)
{
	u64 round;

	guest_t = t;
	local_irq_enable();
	for (round = 0; round < ROUNDS; round++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(50));
		timer_set_ctl(t->timer, CTL_ENABLE);
		while (READ_ONCE(nr_irqs) + READ_ONCE(nr_fiqs) == round)
			cpu_relax();
	}
	GUEST_DONE();
}

/* Every round: the level rises, the guest takes one interrupt, the level is gone at its EOI. */
static void run_rounds(const struct guest_timer *t, u64 irq_mask, u64 fiq_mask)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_arm_rounds, t);
	struct user_irqchip chip;
	unsigned int round;
	struct vcpu_exit x;

	install(vm, irq_mask ? guest_irq : NULL, fiq_mask ? guest_fiq : NULL);
	user_irqchip_init(&chip, vcpu, irq_mask, fiq_mask);
	for (round = 0; round < ROUNDS; round++) {
		x = user_irqchip_run(&chip);
		assert_forced(x, t->level);

		/* The guest's lowering may be told before its EOI, too. */
		x = user_irqchip_run_past_forced(&chip);
		assert_eoi(&x, vcpu);
		assert_level(x, 0);
	}
	x = user_irqchip_run(&chip);
	assert_done(x);
	assert_level(x, 0);

	TEST_ASSERT_EQ(guest_u64_read(vm, &nr_irqs), irq_mask ? (u64)ROUNDS : 0ul);
	TEST_ASSERT_EQ(guest_u64_read(vm, &nr_fiqs), fiq_mask ? (u64)ROUNDS : 0ul);
	TEST_ASSERT_EQ(guest_u64_read(vm, &nr_spurious), 0ul);
	TEST_ASSERT_EQ(chip.nr_irq_rises, irq_mask ? (unsigned int)ROUNDS : 0u);
	TEST_ASSERT_EQ(chip.nr_fiq_rises, fiq_mask ? (unsigned int)ROUNDS : 0u);
	kvm_vm_free(vm);
}

static void test_irq(const struct guest_timer *t)
{
	run_rounds(t, t->level, 0);
}

static void test_fiq(const struct guest_timer *t)
{
	run_rounds(t, 0, t->level);
}

/* NEW-2: both pins of one vCPU */

static void guest_count_irq(struct ex_regs *regs)
{
	(void)regs;
	guest_eoi(++nr_irqs);
}

static void guest_count_fiq(struct ex_regs *regs)
{
	(void)regs;
	guest_eoi(++nr_fiqs);
}

static const u64 pin_states[] = { 0, ISR_EL1_I, ISR_EL1_F, ISR_EL1_I | ISR_EL1_F };

static void guest_both_pins(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pin_states); i++) {
		GUEST_SYNC(i);
		GUEST_ASSERT_EQ(read_sysreg(isr_el1), pin_states[i]);
	}
	/* The last state was both. */
	local_irq_enable();
	isb();
	GUEST_ASSERT_EQ(READ_ONCE(nr_irqs), 1);
	GUEST_ASSERT_EQ(READ_ONCE(nr_fiqs), 1);
	GUEST_ASSERT_EQ(read_sysreg(isr_el1), 0);
	GUEST_DONE();
}

static void test_both_pins(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_both_pins, t);
	struct vcpu_exit x;
	unsigned int i;
	u64 up;

	install(vm, guest_count_irq, guest_count_fiq);
	for (i = 0; i < ARRAY_SIZE(pin_states); i++) {
		x = run_once(vcpu);
		assert_sync(x, i);
		vcpu_pins_set(vcpu, pin_states[i]);
	}

	/* Which of the two comes first is the CPU's choice. */
	for (i = 0; i < 2; i++) {
		x = run_once(vcpu);
		assert_eoi(&x, vcpu);
		up = (guest_u64_read(vm, &nr_irqs) ? 0 : ISR_EL1_I) |
		     (guest_u64_read(vm, &nr_fiqs) ? 0 : ISR_EL1_F);
		vcpu_pins_set(vcpu, up);
	}
	x = run_once(vcpu);
	assert_done(x);
	kvm_vm_free(vm);
}

/* NEW-3: another thread raises the pin */

static void guest_wait_spinning(void)
{
	u64 round;

	local_irq_enable();
	for (round = 1; round <= FEW_ROUNDS; round++) {
		WRITE_ONCE(nr_rounds, round);
		while (READ_ONCE(nr_irqs) + READ_ONCE(nr_fiqs) < round)
			cpu_relax();
	}
	GUEST_DONE();
}

static void guest_wait_in_wfi(void)
{
	u64 round;

	for (round = 1; round <= FEW_ROUNDS; round++) {
		WRITE_ONCE(nr_rounds, round);
		/* Masked, so that the interrupt cannot come between the test and the WFI. */
		while (READ_ONCE(nr_irqs) + READ_ONCE(nr_fiqs) < round) {
			wait_wfi();
			local_irq_enable();
			isb();
			local_irq_disable();
		}
	}
	GUEST_DONE();
}

/* One end of interrupt for each round, then the end; never a change of the field. */
static void run_taker(struct vcpu_thread *thread)
{
	struct kvm_vcpu *vcpu = thread->vcpu;
	const u32 *pin = thread->arg;
	unsigned int round;
	struct vcpu_exit x;

	for (round = 0; round < FEW_ROUNDS; round++) {
		x = run_once(vcpu);
		assert_eoi(&x, vcpu);
		assert_level(x, 0);
		vcpu_pin_set(vcpu, *pin, false);
	}
	x = run_once(vcpu);
	assert_done(x);
}

static void require_kicks(void)
{
	host_cpu_require(2);
	if (!host_cpu_tickless(0))
		pr_info("the host's tick would hide a missing kick (nohz_full= gives a CPU without)\n");
}

/*
 * One for each change of a pin: a host interrupt of another kind delivers it too, sooner
 * or later. Beside other threads the vCPU may be preempted, and then need no kick.
 */
static void assert_kicks(void)
{
	if (host_cpu_tickless(0))
		assert_host_interrupts(NULL, FEW_ROUNDS);
}

static void run_kicked_taker(struct vcpu_thread *thread)
{
	host_interrupts_mark(NULL);
	run_taker(thread);
	assert_kicks();
}

/* The pin is up for each GUEST_SYNC(), and the other thread takes it down. */
static void guest_watch_pin(void)
{
	u64 round;

	for (round = 1; round <= FEW_ROUNDS; round++) {
		GUEST_SYNC(round);
		GUEST_ASSERT_EQ(read_sysreg(isr_el1), ISR_EL1_I);
		WRITE_ONCE(nr_rounds, round);
		while (read_sysreg(isr_el1))
			cpu_relax();
	}
	GUEST_DONE();
}

static void run_watcher(struct vcpu_thread *thread)
{
	struct kvm_vcpu *vcpu = thread->vcpu;
	unsigned int round;

	host_interrupts_mark(NULL);
	run_waiting_for("the guest to see its pin fall");
	for (round = 1; round <= FEW_ROUNDS; round++) {
		assert_sync(run_once(vcpu), round);
		vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, true);
	}
	assert_done(run_once(vcpu));
	assert_kicks();
}

static void test_lower_in_guest(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_watch_pin, t);
	struct vcpu_thread thread;
	unsigned int round;

	require_kicks();
	vcpu_thread_start(&thread, vcpu, run_watcher, NULL, 0);
	host_cpu_pin(1);
	for (round = 1; round <= FEW_ROUNDS; round++) {
		guest_u64_wait(vm, &nr_rounds, round);
		vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, false);
	}
	vcpu_thread_join(&thread);
	kvm_vm_free(vm);
}

static void raise_from_thread(void *guest_code, bool asleep, u32 pin)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_code, NULL);
	unsigned int round, polls, nr_asleep = 0;
	struct vcpu_thread thread;

	if (pin == KVM_ARM_IRQ_CPU_IRQ)
		install(vm, guest_count_irq, NULL);
	else
		install(vm, NULL, guest_count_fiq);
	vcpu_thread_start(&thread, vcpu, asleep ? run_taker : run_kicked_taker, &pin, 0);
	host_cpu_pin(1);
	for (round = 1; round <= FEW_ROUNDS; round++) {
		guest_u64_wait(vm, &nr_rounds, round);
		/* Where WFI is not trapped or does not block, that is fine too. */
		for (polls = 0; asleep && polls < 100; polls++) {
			if (vcpu_thread_sleeps(&thread)) {
				nr_asleep++;
				break;
			}
			usleep(100);
		}
		vcpu_pin_set(vcpu, pin, true);
	}
	vcpu_thread_join(&thread);
	if (asleep)
		pr_info("%u of %u interrupts raised while the vCPU slept\n", nr_asleep,
			FEW_ROUNDS);
	TEST_ASSERT_EQ(guest_u64_read(vm, pin == KVM_ARM_IRQ_CPU_IRQ ? &nr_irqs : &nr_fiqs),
		       (u64)FEW_ROUNDS);
	kvm_vm_free(vm);
}

static void test_raise_in_guest(const struct guest_timer *t)
{
	(void)t;
	require_kicks();
	raise_from_thread(guest_wait_spinning, false, KVM_ARM_IRQ_CPU_IRQ);
	raise_from_thread(guest_wait_spinning, false, KVM_ARM_IRQ_CPU_FIQ);
}

static void test_raise_in_wfi(const struct guest_timer *t)
{
	(void)t;
	raise_from_thread(guest_wait_in_wfi, true, KVM_ARM_IRQ_CPU_IRQ);
}

static void test_raise_fiq_in_wfi(const struct guest_timer *t)
{
	(void)t;
	raise_from_thread(guest_wait_in_wfi, true, KVM_ARM_IRQ_CPU_FIQ);
}

/* NEW-4: PSTATE masks, the level counts */

static void guest_masked(const struct guest_timer *t)
{
	u64 round;

	guest_t = t;
	for (round = 0; round < FEW_ROUNDS; round++) {
		u64 before = READ_ONCE(nr_irqs) + READ_ONCE(nr_fiqs);

		timer_set_cval(t->timer, 0);
		timer_set_ctl(t->timer, CTL_ENABLE);
		GUEST_SYNC(2 * round);
		GUEST_ASSERT(read_sysreg(isr_el1) & (ISR_EL1_I | ISR_EL1_F));
		GUEST_ASSERT_EQ(READ_ONCE(nr_irqs) + READ_ONCE(nr_fiqs), before);
		if (round % 2) {
			timer_set_ctl(t->timer, 0);
			GUEST_SYNC(2 * round + 1);
			GUEST_ASSERT_EQ(read_sysreg(isr_el1), 0);
		}
		local_irq_enable();
		isb();
		local_irq_disable();
		GUEST_ASSERT_EQ(READ_ONCE(nr_irqs) + READ_ONCE(nr_fiqs), before + !(round % 2));
		GUEST_ASSERT_EQ(read_sysreg(isr_el1), 0);
	}
	GUEST_DONE();
}

static void run_masked(const struct guest_timer *t, u64 irq_mask, u64 fiq_mask)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_masked, t);
	struct user_irqchip chip;
	unsigned int round;
	struct vcpu_exit x;

	install(vm, irq_mask ? guest_irq : NULL, fiq_mask ? guest_fiq : NULL);
	user_irqchip_init(&chip, vcpu, irq_mask, fiq_mask);
	for (round = 0; round < FEW_ROUNDS; round++) {
		x = user_irqchip_run_past_forced(&chip);
		assert_sync(x, 2 * round);
		assert_level(x, t->level);

		x = user_irqchip_run_past_forced(&chip);
		if (round % 2)
			assert_sync(x, 2 * round + 1);
		else
			assert_eoi(&x, vcpu);
		assert_level(x, 0);
	}
	x = user_irqchip_run_past_forced(&chip);
	assert_done(x);
	TEST_ASSERT_EQ(guest_u64_read(vm, irq_mask ? &nr_irqs : &nr_fiqs), FEW_ROUNDS / 2ul);
	TEST_ASSERT_EQ(guest_u64_read(vm, &nr_spurious), 0ul);
	kvm_vm_free(vm);
}

static void test_masked(const struct guest_timer *t)
{
	run_masked(t, t->level, 0);
	run_masked(t, 0, t->level);
}

/* NEW-5: a handler that leaves the line up is entered again */

static void guest_unquiet_irq(struct ex_regs *regs)
{
	(void)regs;
	nr_irqs++;
	if (nr_irqs % UNQUIET == 0)
		timer_set_ctl(guest_t->timer, 0);
	/* Again with and without an exit in between. */
	if (nr_irqs % UNQUIET == 0 || nr_irqs % 2)
		guest_eoi(nr_irqs);
}

static void guest_unquiet(const struct guest_timer *t)
{
	u64 round;

	guest_t = t;
	local_irq_enable();
	for (round = 1; round <= FEW_ROUNDS; round++) {
		timer_set_cval(t->timer, 0);
		timer_set_ctl(t->timer, CTL_ENABLE);
		while (READ_ONCE(nr_irqs) < round * UNQUIET)
			cpu_relax();
		/* Not latched: none comes after the line has fallen. */
		isb();
		GUEST_SYNC(round);
		GUEST_ASSERT_EQ(READ_ONCE(nr_irqs), round * UNQUIET);
		GUEST_ASSERT_EQ(read_sysreg(isr_el1), 0);
	}
	GUEST_DONE();
}

static void test_unquiet(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_unquiet, t);
	struct user_irqchip chip;
	struct vcpu_exit x;
	u64 round, irq;

	install(vm, guest_unquiet_irq, NULL);
	user_irqchip_init(&chip, vcpu, t->level, 0);
	for (round = 1; round <= FEW_ROUNDS; round++) {
		x = user_irqchip_run(&chip);
		assert_forced(x, t->level);
		for (irq = (round - 1) * UNQUIET + 1; irq <= round * UNQUIET; irq++) {
			if (irq % UNQUIET && irq % 2 == 0)
				continue;
			x = user_irqchip_run_past_forced(&chip);
			assert_eoi(&x, vcpu);
			assert_level(x, irq % UNQUIET ? t->level : 0);
			TEST_ASSERT_EQ(*(u32 *)vcpu->run->mmio.data, (u32)irq);
		}
		x = user_irqchip_run(&chip);
		assert_sync(x, round);
		assert_level(x, 0);
	}
	x = user_irqchip_run(&chip);
	assert_done(x);
	TEST_ASSERT_EQ(chip.nr_irq_rises, (unsigned int)FEW_ROUNDS);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("NEW-1", "each expiry is one IRQ: none lost, none spurious", test_irq),
	TIMER_SUBTESTS("NEW-2", "each expiry is one FIQ: none lost, none spurious", test_fiq),
	{ "NEW-2.both", "IRQ and FIQ pins apart and together", test_both_pins, NULL },
	{ "NEW-3.guest", "IRQ, then FIQ raised by another thread while the guest runs",
	  test_raise_in_guest, NULL },
	{ "NEW-3.lower", "IRQ taken back by another thread while the guest runs",
	  test_lower_in_guest, NULL },
	{ "NEW-3.wfi", "IRQ raised by another thread while the guest is in WFI",
	  test_raise_in_wfi, NULL },
	{ "NEW-3.fiq", "FIQ raised by another thread while the guest is in WFI",
	  test_raise_fiq_in_wfi, NULL },
	TIMER_SUBTESTS("NEW-4", "masked by PSTATE: pends, or is gone with the level", test_masked),
	TIMER_SUBTESTS("NEW-5", "handler that does not quiesce is entered again", test_unquiet),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
