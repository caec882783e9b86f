// SPDX-License-Identifier: GPL-2.0
/*
 * VGC: the control group. With an in-kernel vgic the same timers interrupt the
 * guest without userspace; run_once() checks that it hears nothing of them.
 */
#include <sys/resource.h>

#include "guest_gic.h"
#include "user_irq.h"
#include "vcpu_thread.h"
#include "wait_insn.h"

#define ROUNDS		50
#define MANY_ROUNDS	5000	/* of each timer, 10,000 in all */
#define ROUNDS_PER_SYNC	500
#define TAKES		5	/* of one interrupt that stays asserted */
#define MOVES		30	/* of a timer that stays enabled, or until they show something */
#define MAX_MOVES	1000
#define MAX_LATE	40
#define NEIGHBOUR_ROUNDS 50

/* The guest's: what it was given to use, and what its handler counts */
static const struct guest_timer *timer;
static const struct guest_gic *gic;
static u64 nr_irqs;
static u64 last_take;
static u64 depth;
static u64 move_us = 200;
static bool moved_ahead;
static u64 sleep_ticks;
static u64 told;
static u64 stop;

static u32 timer_intid(void)
{
	return timer->timer == VIRTUAL ? GUEST_GIC_VTIMER : GUEST_GIC_PTIMER;
}

static void guest_init(const struct guest_timer *t, const struct guest_gic *g)
{
	timer = t;
	gic = g;
	gic->on(false);
	gic->enable(timer_intid());
	local_irq_enable();
}

static void guest_arm(u64 ticks)
{
	timer_set_cval(timer->timer, timer_get_cntct(timer->timer) + ticks);
	timer_set_ctl(timer->timer, CTL_ENABLE);
}

/*
 * KVM folds the vgic's state at an exit, and looks at the timers' when the vCPU
 * is loaded: let there be an exit of each kind.
 */
static void guest_exit_to_host(void)
{
	guest_psci(PSCI_0_2_FN_PSCI_VERSION);
	GUEST_SYNC(0);
}

static u32 guest_ack(void)
{
	u32 intid = gic->ack();

	GUEST_ASSERT_EQ(intid, timer_intid());
	GUEST_ASSERT_EQ(timer_get_ctl(timer->timer), CTL_ENABLE | CTL_ISTATUS);
	return intid;
}

static void guest_handle(struct ex_regs *regs)
{
	u32 intid = guest_ack();

	(void)regs;
	timer_set_ctl(timer->timer, 0);
	gic->eoi(intid);
	WRITE_ONCE(nr_irqs, nr_irqs + 1);
}

static struct kvm_vm *vgic_vm_create(struct kvm_vcpu **vcpu, void *guest_code, handler_fn handler,
				     const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vm *vm;

	user_irq_require();
	__TEST_REQUIRE(vgic_supported(g->type), "host cannot create a vgic %s", g->name);
	vm = user_irq_vm_create_with_vcpus(1, guest_code, vcpu);
	vcpu_args_set(*vcpu, 2, t, g);
	vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, handler);
	vgic_create(vm, g->type);
	run_expect_vgic(vm);
	return vm;
}

/* No interrupt may come between the look at their number and the WFI. */
static void guest_wfi_round(u64 round, u64 ticks)
{
	local_irq_disable();
	guest_arm(ticks);
	while (READ_ONCE(nr_irqs) < round) {
		wait_wfi();
		local_irq_enable();
		isb();
		local_irq_disable();
	}
}

/* VGC-1: each expiry interrupts the guest, wherever it is, and nobody else */
static void guest_expiries(const struct guest_timer *t, const struct guest_gic *g)
{
	u64 round;

	guest_init(t, g);
	for (round = 1; round <= ROUNDS; round++) {
		guest_arm(usec_to_cycles(round));
		while (READ_ONCE(nr_irqs) < round)
			cpu_relax();
	}
	for (; round <= 2 * ROUNDS; round++)
		guest_wfi_round(round, usec_to_cycles(round));
	GUEST_ASSERT_EQ(nr_irqs, 2 * ROUNDS);
	GUEST_DONE();
}

static void test_expiries(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vgic_vm_create(&vcpu, guest_expiries, guest_handle, t, g);

	run_waiting_for("timer interrupts through the vgic");
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* VGC-1: in WFI the vCPU thread sleeps until then. */
static void guest_sleeps(const struct guest_timer *t, const struct guest_gic *g)
{
	u64 round;

	guest_init(t, g);
	for (round = 1;; round++) {
		GUEST_SYNC(round);
		guest_wfi_round(round, READ_ONCE(sleep_ticks));
	}
}

/* A slow host may get to the WFI when the interrupt is there already: try longer. */
static void test_sleep(const struct guest_timer *t, const struct guest_gic *g)
{
	bool slept = false;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vgic_vm_create(&vcpu, guest_sleeps, guest_handle, t, g);
	u64 ms, round = 1;

	/* The first KVM_RUN may sleep for reasons of its own. */
	run_waiting_for("the interrupt of a timer to wake the vCPU from WFI");
	assert_sync(run_once(vcpu), round);
	for (ms = 5; ms <= 1280 && !slept; ms *= 2) {
		long sleeps = run_nr_sleeps();

		guest_u64_write(vm, &sleep_ticks, msec_to_cycles(ms));
		round++;
		assert_sync(run_once(vcpu), round);
		slept = run_nr_sleeps() > sleeps;
	}
	TEST_ASSERT(slept, "WFI never put the vCPU thread to sleep");
	kvm_vm_free(vm);
}

/* VGC-1: and a timer that was disabled in time does not. */
static void guest_take(struct ex_regs *regs)
{
	u32 intid = gic->ack();

	(void)regs;
	timer_set_ctl(timer->timer, 0);
	if (intid == GUEST_GIC_NONE)
		return;
	gic->eoi(intid);
	WRITE_ONCE(nr_irqs, nr_irqs + 1);
}

static void guest_disable_in_time(const struct guest_timer *t, const struct guest_gic *g)
{
	u64 us = 1000, cval, before;
	unsigned int nr = 0;
	bool in_time;

	guest_init(t, g);
	while (nr < 5) {
		before = READ_ONCE(nr_irqs);
		local_irq_disable();
		guest_arm(usec_to_cycles(us));
		cval = timer_get_cval(t->timer);
		timer_set_ctl(t->timer, 0);
		in_time = timer_get_cntct(t->timer) < cval;
		local_irq_enable();
		while (timer_get_cntct(t->timer) < cval)
			cpu_relax();
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
		/* On a slow host the interrupt may have been there: then later. */
		if (!in_time) {
			us *= 2;
			continue;
		}
		GUEST_ASSERT_EQ(READ_ONCE(nr_irqs), before);
		nr++;
	}
	GUEST_DONE();
}

static void test_disabled(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vgic_vm_create(&vcpu, guest_disable_in_time, guest_take, t, g);

	run_waiting_for("the guest to disable its timer in time");
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/*
 * VGC-2: an interrupt that the handler does not quiesce is taken again when it
 * has been deactivated. While it is active, that it is asserted makes it not
 * pending as well: nothing is offered then, and nothing is left when it falls.
 */
static void guest_check_active(u32 intid)
{
	GUEST_ASSERT_EQ(depth++, 0);
	local_irq_enable();
	guest_exit_to_host();
	GUEST_ASSERT(gic->is_active(intid));
	GUEST_ASSERT(gic->is_pending(intid));
	GUEST_ASSERT_EQ(gic->next(), GUEST_GIC_NONE);
	local_irq_disable();
	depth--;
}

static void guest_quiesce_last(void)
{
	if (++nr_irqs == last_take)
		timer_set_ctl(timer->timer, 0);
}

static void guest_handle_again(struct ex_regs *regs)
{
	u32 intid = guest_ack();

	(void)regs;
	guest_check_active(intid);
	guest_quiesce_last();
	gic->eoi(intid);
}

/* The same with priority drop and deactivation apart */
static void guest_handle_again_split(struct ex_regs *regs)
{
	u32 intid = guest_ack();

	(void)regs;
	gic->eoi(intid);
	guest_check_active(intid);
	guest_quiesce_last();
	gic->deactivate(intid);
}

static void guest_take_again(void)
{
	unsigned int round;

	for (round = 1; round <= 3; round++) {
		WRITE_ONCE(last_take, round * TAKES);
		guest_arm(0);
		while (READ_ONCE(nr_irqs) < round * TAKES)
			cpu_relax();
		guest_exit_to_host();
		GUEST_ASSERT_EQ(READ_ONCE(nr_irqs), round * TAKES);
		GUEST_ASSERT_EQ(gic->next(), GUEST_GIC_NONE);
		GUEST_ASSERT(!gic->is_active(timer_intid()));
	}
	GUEST_DONE();
}

static void guest_again(const struct guest_timer *t, const struct guest_gic *g)
{
	guest_init(t, g);
	guest_take_again();
}

static void guest_again_split(const struct guest_timer *t, const struct guest_gic *g)
{
	guest_init(t, g);
	gic->on(true);
	guest_take_again();
}

static void run_to_done(struct kvm_vcpu *vcpu)
{
	struct vcpu_exit x;

	do {
		x = run_once(vcpu);
	} while (x.uc.cmd == UCALL_SYNC);
	assert_done(x);
}

static void test_again(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	run_waiting_for("an interrupt that stays asserted to be taken again");
	vm = vgic_vm_create(&vcpu, guest_again, guest_handle_again, t, g);
	run_to_done(vcpu);
	kvm_vm_free(vm);

	vm = vgic_vm_create(&vcpu, guest_again_split, guest_handle_again_split, t, g);
	run_to_done(vcpu);
	kvm_vm_free(vm);
}

/* VGC-3: the end of each interrupt lets the next one through */
static void guest_rounds(const struct guest_timer *t, const struct guest_gic *g)
{
	u64 round;

	guest_init(t, g);
	for (round = 1; !READ_ONCE(stop); round++) {
		guest_arm(round % 64);
		while (READ_ONCE(nr_irqs) < round)
			;
		GUEST_ASSERT_EQ(READ_ONCE(nr_irqs), round);
		if (round % ROUNDS_PER_SYNC == 0)
			GUEST_SYNC(round);
	}
	GUEST_DONE();
}

static void test_rounds(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vgic_vm_create(&vcpu, guest_rounds, guest_handle, t, g);
	u64 round;

	run_waiting_for("the next of many timer interrupts through the vgic");
	for (round = ROUNDS_PER_SYNC; round <= MANY_ROUNDS; round += ROUNDS_PER_SYNC)
		assert_sync(run_once(vcpu), round);
	kvm_vm_free(vm);
}

/*
 * VGC-3: also where the handler moves its timer, which stays enabled, and the guest does not
 * access it any more until it has expired again.
 */
static void guest_move(struct ex_regs *regs)
{
	u32 intid = guest_ack();
	u64 cval;

	(void)regs;
	if (nr_irqs % 2 == 0) {
		cval = timer_get_cntct(timer->timer) + usec_to_cycles(move_us);
		timer_set_cval(timer->timer, cval);
		/* Otherwise the access itself may have found it expired: then later. */
		WRITE_ONCE(moved_ahead, timer_get_cntct(timer->timer) < cval);
		if (!moved_ahead && move_us < 10000)
			move_us *= 2;
	} else {
		timer_set_ctl(timer->timer, 0);
	}
	gic->eoi(intid);
	WRITE_ONCE(nr_irqs, nr_irqs + 1);
}

static void guest_moves(const struct guest_timer *t, const struct guest_gic *g)
{
	u64 round;

	guest_init(t, g);
	for (round = 1;; round++) {
		guest_arm(0);
		while (READ_ONCE(nr_irqs) < 2 * round)
			;
		GUEST_SYNC(READ_ONCE(moved_ahead));
	}
}

/* How often this thread has left its CPU to another, in the middle of a KVM_RUN too */
static u64 nr_switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw + usage.ru_nivcsw;
}

/*
 * Whenever the vCPU is loaded, KVM looks at its timers: only rounds without that show that
 * an expiry interrupts the guest by itself. A busy host may have few of these. The signal lets
 * a guest go on whose interrupt does not come, or a host be so slow.
 */
static void test_rearm(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vgic_vm_create(&vcpu, guest_moves, guest_move, t, g);
	unsigned int round, nr_alone = 0, nr_late = 0;
	struct vcpu_exit x;
	u64 switches;

	run_waiting_for("the interrupt of a timer that was moved while enabled");
	run_take_signal(vcpu);
	for (round = 0; round < MOVES || (!nr_alone && round < MAX_MOVES); round++) {
		run_signal_in(20000 << nr_late / 8);
		switches = nr_switches();
		x = run_once(vcpu);
		switches = nr_switches() - switches;
		run_signal_cancel();
		if (x.signal) {
			nr_late++;
			TEST_ASSERT(nr_late < MAX_LATE, "%u interrupts came with a signal only",
				    nr_late);
			x = run_once(vcpu);
			switches++;
		}
		__assert_exit(x, __x.uc.cmd == UCALL_SYNC, "GUEST_SYNC()");
		nr_alone += x.uc.args[1] && !switches;
	}
	TEST_ASSERT(nr_alone, "%u interrupts, but each when the vCPU had been loaded again",
		    round);
	kvm_vm_free(vm);
}

/*
 * VGC-4: a VM with a vgic and one without on the same host CPU. The guest
 * without goes on when the host says that it was told.
 */
static void guest_told_rounds(const struct guest_timer *t)
{
	u64 round;

	timer = t;
	for (round = 1; !READ_ONCE(stop); round++) {
		guest_arm(usec_to_cycles(round % 256));
		while (READ_ONCE(told) < round)
			;
		timer_set_ctl(timer->timer, 0);
		GUEST_SYNC(round);
	}
	GUEST_DONE();
}

/* Returns false when the guest is done. */
static bool run_to_told(struct kvm_vcpu *vcpu, const struct guest_timer *t)
{
	struct vcpu_exit x = run_once(vcpu);

	if (x.uc.cmd == UCALL_DONE)
		return false;
	assert_forced(x, t->level);
	return true;
}

static void run_to_sync(struct kvm_vcpu *vcpu)
{
	u64 round = guest_u64_read(vcpu->vm, &told) + 1;
	struct vcpu_exit x;

	guest_u64_write(vcpu->vm, &told, round);
	x = run_past_forced(vcpu);
	assert_sync(x, round);
	assert_level(x, 0);
	TEST_ASSERT(x.nr_forced <= 1, "%u forced exits for one change", x.nr_forced);
}

static void run_told_rounds(struct vcpu_thread *thread)
{
	while (run_to_told(thread->vcpu, thread->arg))
		run_to_sync(thread->vcpu);
}

static void run_vgic_rounds(struct vcpu_thread *thread)
{
	struct vcpu_exit x;

	do {
		x = run_once(thread->vcpu);
	} while (x.uc.cmd == UCALL_SYNC);
	assert_done(x);
}

static void test_side_by_side(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vcpu, *vgic_vcpu, *high_vcpu;
	struct vcpu_thread thread, vgic_thread;
	struct kvm_vm *vm, *vgic_vm, *high_vm;

	run_waiting_for("an expiry in a VM beside one of the other kind");
	vgic_vm = vgic_vm_create(&vgic_vcpu, guest_rounds, guest_handle, t, g);
	vm = user_irq_vm_create(&vcpu, guest_told_rounds, t);
	high_vm = user_irq_vm_create(&high_vcpu, guest_told_rounds, t);

	/* Beside a line that stays high, and when its VM has gone */
	host_cpu_pin(0);
	run_to_told(high_vcpu, t);
	assert_sync(run_once(vgic_vcpu), ROUNDS_PER_SYNC);
	kvm_vm_free(high_vm);
	assert_sync(run_once(vgic_vcpu), 2 * ROUNDS_PER_SYNC);

	/* Both at once, each for as long as the other has not done enough */
	vcpu_thread_start(&vgic_thread, vgic_vcpu, run_vgic_rounds, NULL, 0);
	vcpu_thread_start(&thread, vcpu, run_told_rounds, (void *)t, 0);
	host_cpu_pin(HOST_CPU_ANY);
	guest_u64_wait(vm, &told, 20);
	guest_u64_wait(vgic_vm, &nr_irqs, 3 * ROUNDS_PER_SYNC);
	guest_u64_write(vgic_vm, &stop, 1);
	guest_u64_write(vm, &stop, 1);
	vcpu_thread_join(&vgic_thread);
	vcpu_thread_join(&thread);
	kvm_vm_free(vgic_vm);
	kvm_vm_free(vm);
}

/* And each expiry interrupts the host, though the other VM's line is high whenever that runs. */
static void guest_stay_high(const struct guest_timer *t)
{
	timer = t;
	guest_arm(0);
	for (;;)
		GUEST_SYNC(0);
}

static void guest_synced_rounds(const struct guest_timer *t, const struct guest_gic *g)
{
	u64 round;

	guest_init(t, g);
	for (round = 1;; round++) {
		guest_arm(usec_to_cycles(200));
		while (READ_ONCE(nr_irqs) < round)
			;
		GUEST_SYNC(round);
	}
}

static void test_interrupts(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vgic_vcpu, *high_vcpu;
	struct kvm_vm *vgic_vm, *high_vm;
	u64 round;

	host_cpu_pin(0);
	run_waiting_for("the interrupt in the VM beside one with a high line");
	vgic_vm = vgic_vm_create(&vgic_vcpu, guest_synced_rounds, guest_handle, t, g);
	high_vm = user_irq_vm_create(&high_vcpu, guest_stay_high, t);

	assert_sync(run_past_forced(high_vcpu), 0);
	host_interrupts_mark(t);
	for (round = 1; round <= NEIGHBOUR_ROUNDS; round++) {
		assert_sync(run_once(high_vcpu), 0);
		assert_sync(run_once(vgic_vcpu), round);
	}
	assert_host_interrupts(t, NEIGHBOUR_ROUNDS);
	kvm_vm_free(high_vm);
	kvm_vm_free(vgic_vm);
}

/* VGC-5: when a vCPU has run without a vgic, it is too late for one */
static void test_too_late(const struct guest_timer *t, const struct guest_gic *g)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_told_rounds, t);
	unsigned int i;

	__TEST_REQUIRE(vgic_supported(g->type), "host cannot create a vgic %s", g->name);
	for (i = 0; i < 3; i++) {
		run_to_told(vcpu, t);
		TEST_ASSERT(__kvm_create_device(vm, g->type) < 0 && errno == EBUSY,
			    "KVM_CREATE_DEVICE with the line high");
		run_to_sync(vcpu);
		TEST_ASSERT(__kvm_create_device(vm, g->type) < 0 && errno == EBUSY,
			    "KVM_CREATE_DEVICE with the line low");
		if (g == &guest_gic_v2)
			TEST_ASSERT(__vm_ioctl(vm, KVM_CREATE_IRQCHIP, NULL) && errno == EBUSY,
				    "KVM_CREATE_IRQCHIP");
	}
	kvm_vm_free(vm);
}

/* Each row for both kinds of vgic, and for both timers */
#define VGIC_TEST(_fn)								\
static void _fn##_v2(const struct guest_timer *t)				\
{										\
	_fn(t, &guest_gic_v2);							\
}										\
										\
static void _fn##_v3(const struct guest_timer *t)				\
{										\
	_fn(t, &guest_gic_v3);							\
}

VGIC_TEST(test_expiries)
VGIC_TEST(test_sleep)
VGIC_TEST(test_disabled)
VGIC_TEST(test_again)
VGIC_TEST(test_rounds)
VGIC_TEST(test_rearm)
VGIC_TEST(test_side_by_side)
VGIC_TEST(test_interrupts)
VGIC_TEST(test_too_late)

#define VGIC_SUBTESTS(_id, _words, _fn)						\
	TIMER_SUBTESTS(_id ".v2", _words, _fn##_v2),				\
	TIMER_SUBTESTS(_id ".v3", _words, _fn##_v3)

static const struct subtest subtests[] = {
	VGIC_SUBTESTS("VGC-1", "with a vgic, expiries interrupt the guest without userspace",
		      test_expiries),
	VGIC_SUBTESTS("VGC-1.sleep", "WFI sleeps until its timer's interrupt", test_sleep),
	VGIC_SUBTESTS("VGC-1.disabled", "a timer disabled in time does not interrupt it",
		      test_disabled),
	VGIC_SUBTESTS("VGC-2", "an interrupt is taken again while asserted, never while active",
		      test_again),
	VGIC_SUBTESTS("VGC-3", "each of 5,000 expiries interrupts the guest once", test_rounds),
	VGIC_SUBTESTS("VGC-3.rearm",
		      "an expiry of a timer moved while enabled interrupts the guest", test_rearm),
	VGIC_SUBTESTS("VGC-4", "VMs with and without a vgic share a host CPU", test_side_by_side),
	VGIC_SUBTESTS("VGC-4.interrupts", "a no-vgic VM's high line hides no expiry of a vgic VM",
		      test_interrupts),
	VGIC_SUBTESTS("VGC-5", "no vgic once a vCPU has run, and it runs on", test_too_late),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
