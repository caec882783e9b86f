// SPDX-License-Identifier: GPL-2.0
/*
 * STR: vCPUs that run their timers while another thread does to them at random
 * whatever userspace may do: signals, moves to other host CPUs, KVM_SET_ONE_REG,
 * KVM_IRQ_LINE. The run path checks the invariants; no expiry may be lost.
 */
#include <pthread.h>
#include <sched.h>

#include "user_irqchip.h"
#include "vcpu_thread.h"
#include "wait_insn.h"

#define NR_VCPUS	3
#define EXPIRIES	4	/* of each timer of each vCPU in a round */
#define ACTIONS		16	/* in a round */
#define MAX_DELAY_US	256
#define NR_TIMERS	2

static u64 nr_rounds = 40;
static u64 seed;

static const struct guest_timer *const timers[NR_TIMERS] = { &guest_vtimer, &guest_ptimer };

/* SplitMix64: all decisions of one thread follow from where it starts. */
static u64 random_next(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/*
 * The guest: IRQ is the vtimer, FIQ the ptimer. The pin may be up without reason,
 * and the timer be moved back into the future by the time the guest looks.
 */
static u64 nr_expired[NR_VCPUS][NR_TIMERS];

static void guest_expired(unsigned int timer)
{
	const struct guest_timer *t = timers[timer];

	if (timer_get_ctl(t->timer) == (CTL_ENABLE | CTL_ISTATUS)) {
		timer_set_ctl(t->timer, 0);
		nr_expired[guest_get_vcpuid()][timer]++;
	}
	/* End of interrupt: the pin follows the field. */
	writel(t->level, test_mmio);
}

static void guest_irq(struct ex_regs *regs)
{
	(void)regs;
	guest_expired(0);
}

static void guest_fiq(struct ex_regs *regs)
{
	(void)regs;
	guest_expired(1);
}

/* Each expiry has its own @way to be waited for: most make no exit that it could ride on. */
static void guest_idle(unsigned int way)
{
	unsigned int i;

	switch (way) {
	case 0:
		local_irq_enable();
		writel(0, test_mmio);
		break;
	case 1:
		local_irq_enable();
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
		break;
	case 2 ... 5:
		/* Masked, so that no interrupt comes between the caller's test and the WFI. */
		wait_wfi();
		local_irq_enable();
		isb();
		break;
	default:
		local_irq_enable();
		for (i = 0; i < 100; i++)
			cpu_relax();
		break;
	}
	local_irq_disable();
}

static void guest_stress(void)
{
	u64 *expired = nr_expired[guest_get_vcpuid()];
	u64 random = seed + 1 + guest_get_vcpuid();
	u64 nr, delay, way;
	u32 i;

	for (nr = 1; ; nr++) {
		for (i = 0; i < NR_TIMERS; i++) {
			delay = usec_to_cycles(random_next(&random) % MAX_DELAY_US);
			timer_set_cval(timers[i]->timer, timer_get_cntct(timers[i]->timer) + delay);
			timer_set_ctl(timers[i]->timer, CTL_ENABLE);
		}
		way = random_next(&random) % 8;
		while (READ_ONCE(expired[0]) < nr || READ_ONCE(expired[1]) < nr)
			guest_idle(way);
		if (nr % EXPIRIES == 0)
			GUEST_SYNC(nr / EXPIRIES);
	}
}

/**
 * struct victim - a vCPU under stress
 * @hold: its thread is to keep out of KVM_RUN
 * @nr_rises: how often the thread was told that a timer's line had risen
 * @pushed: the timer was moved into the far future
 * @nr_pushes: how often that happened
 * @nr_raises: how often the timer's pin was raised at random
 */
struct victim {
	struct vcpu_thread thread;
	bool hold;
	u64 nr_rises[NR_TIMERS];
	bool pushed[NR_TIMERS];
	u64 nr_pushes[NR_TIMERS];
	u64 nr_raises[NR_TIMERS];
};

static struct victim victims[NR_VCPUS];

/* All meet twice between rounds: when no guest runs any more, and to go on. */
static pthread_barrier_t barrier;

static void see_exit(struct victim *v, const struct vcpu_exit *x)
{
	u64 rises = x->level & ~x->before;
	unsigned int i;

	for (i = 0; i < NR_TIMERS; i++)
		v->nr_rises[i] += !!(rises & timers[i]->level);
	vcpu_pins_set(v->thread.vcpu, (x->level & guest_vtimer.level ? ISR_EL1_I : 0) |
				      (x->level & guest_ptimer.level ? ISR_EL1_F : 0));
}

static void run_victim(struct vcpu_thread *thread)
{
	struct victim *v = thread->arg;
	struct vcpu_exit x;
	u64 round = 1;

	run_take_signal(thread->vcpu);
	while (round <= nr_rounds) {
		while (__atomic_load_n(&v->hold, __ATOMIC_ACQUIRE))
			sched_yield();
		x = run_once(thread->vcpu);
		if (x.signal)
			run_consume_signal();
		see_exit(v, &x);
		if (x.rc)
			continue;
		assert_reason(x, KVM_EXIT_MMIO);
		if (x.uc.cmd == UCALL_NONE)
			continue;
		assert_sync(x, round);
		assert_level(x, 0);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		round++;
	}
}

/* The thread may be anywhere: the signal waits for its next KVM_RUN, and ends it. */
static void hold(struct victim *v)
{
	__atomic_store_n(&v->hold, true, __ATOMIC_SEQ_CST);
	vcpu_thread_kick(&v->thread);
}

static void let_go(struct victim *v)
{
	__atomic_store_n(&v->hold, false, __ATOMIC_RELEASE);
}

/*
 * CVAL goes either to the past or where nobody waits for it, so that the line
 * moves by the action and not with time: INV-2.rearm is about that.
 */
static void push(struct victim *v, unsigned int timer)
{
	const struct guest_timer *t = timers[timer];
	struct kvm_vcpu *vcpu = v->thread.vcpu;

	hold(v);
	vcpu_set_reg(vcpu, t->cval_reg, vcpu_get_cnt(vcpu, t) + msec_to_cycles(300 * 1000));
	let_go(v);
	v->pushed[timer] = true;
	v->nr_pushes[timer]++;
}

static void pull(struct victim *v, unsigned int timer)
{
	if (!v->pushed[timer])
		return;
	hold(v);
	vcpu_set_reg(v->thread.vcpu, timers[timer]->cval_reg, 0);
	let_go(v);
	v->pushed[timer] = false;
}

static u64 get_reg(struct kvm_vcpu *vcpu, u64 id)
{
	u64 val;

	TEST_ASSERT(!__vcpu_get_reg(vcpu, id, &val), "KVM_GET_ONE_REG %#lx", id);
	return val;
}

/* As in a migration, but in place */
static void save_restore(struct victim *v, unsigned int timer)
{
	const struct guest_timer *t = timers[timer];
	struct kvm_vcpu *vcpu = v->thread.vcpu;
	u64 ctl, cval;

	hold(v);
	ctl = get_reg(vcpu, t->ctl_reg);
	cval = get_reg(vcpu, t->cval_reg);
	vcpu_set_reg(vcpu, t->ctl_reg, 0);
	vcpu_set_reg(vcpu, t->cval_reg, cval);
	vcpu_set_reg(vcpu, t->ctl_reg, ctl);
	let_go(v);
}

/* The thread puts the pin right again at the next return of KVM_RUN. */
static void set_pin(struct victim *v, unsigned int timer, bool level)
{
	vcpu_pin_set(v->thread.vcpu, timer ? KVM_ARM_IRQ_CPU_FIQ : KVM_ARM_IRQ_CPU_IRQ, level);
	v->nr_raises[timer] += level;
	vcpu_thread_kick(&v->thread);
}

static void act(u64 random, bool has_ptimer_regs)
{
	struct victim *v = &victims[(random >> 8) % NR_VCPUS];
	unsigned int timer = random >> 16 & 1;
	unsigned int reg_timer = has_ptimer_regs ? timer : 0;
	u32 arg = random >> 32;

	switch (random % 7) {
	case 0:
		usleep(arg % 200);
		break;
	case 1:
		vcpu_thread_kick(&v->thread);
		break;
	case 2:
		vcpu_thread_move(&v->thread, (int)(arg % (host_cpu_count() + 1)) + HOST_CPU_ANY);
		break;
	case 3:
		push(v, reg_timer);
		break;
	case 4:
		pull(v, reg_timer);
		break;
	case 5:
		save_restore(v, reg_timer);
		break;
	case 6:
		set_pin(v, timer, arg & 1);
		break;
	}
}

/*
 * What the guest has dealt with it was told of, unless a pin that was up for no
 * reason made it look; what it was told of it has dealt with, unless the timer
 * was moved away.
 */
static void check_counts(struct kvm_vm *vm, u64 round)
{
	u64 (*expired)[NR_TIMERS] = addr_gva2hva(vm, (u64)nr_expired);
	unsigned int i, j;

	for (i = 0; i < NR_VCPUS; i++) {
		const struct victim *v = &victims[i];

		for (j = 0; j < NR_TIMERS; j++)
			TEST_ASSERT(expired[i][j] == round * EXPIRIES &&
				    expired[i][j] <= v->nr_rises[j] + v->nr_raises[j] &&
				    v->nr_rises[j] <= expired[i][j] + v->nr_pushes[j],
				    "round %lu, vCPU %u, %s: told %lu, dealt with %lu, %lu moved, pin raised %lu",
				    round, i, timers[j]->name, v->nr_rises[j], expired[i][j],
				    v->nr_pushes[j], v->nr_raises[j]);
	}
}

static void run_rounds(struct kvm_vm *vm, bool has_ptimer_regs)
{
	u64 random = seed, decisions = 0, decision, round;
	unsigned int i, j;

	for (round = 1; round <= nr_rounds; round++) {
		for (i = 0; i < ACTIONS; i++) {
			decision = random_next(&random);
			decisions = decisions * 31 + decision;
			act(decision, has_ptimer_regs);
		}
		for (i = 0; i < NR_VCPUS; i++) {
			for (j = 0; j < NR_TIMERS; j++)
				pull(&victims[i], j);
		}
		pthread_barrier_wait(&barrier);
		check_counts(vm, round);
		pthread_barrier_wait(&barrier);
	}
	pr_info("%lu rounds, %lu actions, digest of their choice %#lx\n", nr_rounds,
		nr_rounds * ACTIONS, decisions);
}

static void test_stress(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpus[NR_VCPUS];
	bool has_ptimer_regs;
	struct kvm_vm *vm;
	unsigned int i;
	u64 ctl;

	(void)t;
	user_irq_require();
	user_irq_require_timer(&guest_ptimer);
	pr_info("--seed %lu\n", seed);
	vm = user_irq_vm_create_with_vcpus(NR_VCPUS, guest_stress, vcpus);
	virt_pg_map(vm, TEST_MMIO_GPA, TEST_MMIO_GPA);
	vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, guest_irq);
	vm_install_exception_handler(vm, VECTOR_FIQ_CURRENT, guest_fiq);
	sync_global_to_guest(vm, seed);
	has_ptimer_regs = !__vcpu_get_reg(vcpus[0], guest_ptimer.ctl_reg, &ctl);

	run_waiting_for("the guest's next exit under stress");
	pthread_barrier_init(&barrier, NULL, NR_VCPUS + 1);
	for (i = 0; i < NR_VCPUS; i++)
		vcpu_thread_start(&victims[i].thread, vcpus[i], run_victim, &victims[i],
				  HOST_CPU_ANY);
	run_rounds(vm, has_ptimer_regs);
	for (i = 0; i < NR_VCPUS; i++)
		vcpu_thread_join(&victims[i].thread);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	{ "STR-1", "no expiry is lost under random signals, moves, ONE_REG and IRQ_LINE",
	  test_stress, NULL },
};

static const struct subtest_option options[] = {
	{ .name = "n", .words = "rounds; 60 take about 1 s in an emulated host",
	  .value = &nr_rounds, .soak = true },
	{ .name = "seed", .words = "decisions as of the run that printed this seed; else random",
	  .value = &seed },
	{}
};

int main(int argc, char **argv)
{
	seed = timer_get_cntct(VIRTUAL);
	return subtest_main_with(argc, argv, subtests, ARRAY_SIZE(subtests), options);
}
