// SPDX-License-Identifier: GPL-2.0
/*
 * BLK: vCPUs that the host's scheduler moves, interleaves and preempts.
 */
#include <time.h>

#include "guest_pmu.h"
#include "user_irqchip.h"
#include "vcpu_thread.h"
#include "wait_insn.h"

#define MAX_VCPUS 3

/**
 * struct guest_cpu - a vCPU of this VM, as its guest code and the host see it
 * @period: how far ahead it arms its timer, in ticks
 * @told: rounds that the host has been told of
 * @cval: compare value of its timer while that is on, else 0
 * @beat: the counter when the guest code was last seen to run
 */
static struct guest_cpu {
	u64 period;
	u64 told;
	u64 cval;
	u64 beat;
} guest_cpus[MAX_VCPUS];
static u64 stop;

static void guest_beat(const struct guest_timer *t)
{
	WRITE_ONCE(guest_cpus[guest_get_vcpuid()].beat, timer_get_cntct(t->timer));
}

/* Round after round: arm the timer, run until the host says it was told, disarm. */
static void guest_rounds(const struct guest_timer *t)
{
	struct guest_cpu *cpu = &guest_cpus[guest_get_vcpuid()];
	u64 round, cval;

	for (round = 1; !READ_ONCE(stop); round++) {
		cval = timer_get_cntct(t->timer) + READ_ONCE(cpu->period);
		timer_set_cval(t->timer, cval);
		timer_set_ctl(t->timer, CTL_ENABLE);
		WRITE_ONCE(cpu->cval, cval);
		while (READ_ONCE(cpu->told) < round)
			guest_beat(t);
		WRITE_ONCE(cpu->cval, 0);
		GUEST_ASSERT_EQ(timer_get_cval(t->timer), cval);
		GUEST_ASSERT_EQ(timer_get_ctl(t->timer), CTL_ENABLE | CTL_ISTATUS);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(round);
	}
	GUEST_DONE();
}

/**
 * struct rounds - the host's side of guest_rounds(), for a vcpu_thread
 * @done: rounds that are over
 * @on_told: called when a round's expiry has been told, may be NULL
 */
struct rounds {
	const struct guest_timer *timer;
	u64 done;
	void (*on_told)(struct guest_cpu *cpu);
};

static struct guest_cpu *host_view(struct kvm_vcpu *vcpu)
{
	struct guest_cpu *cpus = addr_gva2hva(vcpu->vm, (u64)guest_cpus);

	return &cpus[vcpu->id];
}

static void run_rounds(struct vcpu_thread *thread)
{
	struct guest_cpu *cpu = host_view(thread->vcpu);
	struct rounds *rounds = thread->arg;
	struct vcpu_exit x;
	u64 round;

	for (round = 1; ; round++) {
		x = run_once(thread->vcpu);
		if (x.uc.cmd == UCALL_DONE)
			break;
		assert_forced(x, rounds->timer->level);
		if (rounds->on_told)
			rounds->on_told(cpu);
		__atomic_store_n(&cpu->told, round, __ATOMIC_RELEASE);

		x = run_past_forced(thread->vcpu);
		assert_sync(x, round);
		assert_level(x, 0);
		TEST_ASSERT(x.nr_forced <= 1, "%u forced exits for one change", x.nr_forced);
		__atomic_store_n(&rounds->done, round, __ATOMIC_RELEASE);
	}
	assert_level(x, 0);
}

/* Wait until the guest code has run on, and return the counter it has seen. */
static u64 wait_for_beat(struct kvm_vcpu *vcpu)
{
	struct guest_cpu *cpu = host_view(vcpu);
	u64 before = READ_ONCE(cpu->beat);

	while (READ_ONCE(cpu->beat) == before)
		usleep(50);
	return READ_ONCE(cpu->beat);
}

/* Wait until it has armed its timer for another expiry than @cval. */
static u64 wait_for_other_cval(struct guest_cpu *cpu, u64 cval)
{
	u64 now;

	while (!(now = READ_ONCE(cpu->cval)) || now == cval)
		usleep(50);
	return now;
}

/* BLK-5: the vCPU's thread moves to another host CPU and back */
#define MOVES 10

static void test_move_armed(const struct guest_timer *t)
{
	struct rounds rounds = { .timer = t };
	struct vcpu_thread thread;
	struct kvm_vcpu *vcpu;
	u64 cval = 0, ms = 1;
	struct guest_cpu *cpu;
	unsigned int moves;
	struct kvm_vm *vm;

	host_cpu_require(2);
	vm = user_irq_vm_create(&vcpu, guest_rounds, t);
	cpu = host_view(vcpu);
	cpu->period = msec_to_cycles(ms);
	run_waiting_for("the forced exit of a vCPU that moved with its timer armed");
	vcpu_thread_start(&thread, vcpu, run_rounds, &rounds, 0);

	for (moves = 0; moves < MOVES;) {
		cval = wait_for_other_cval(cpu, cval);
		vcpu_thread_move(&thread, moves + 1);
		/* Has the guest run on the new CPU before this timer expired? */
		if (wait_for_beat(vcpu) < cval && READ_ONCE(cpu->cval) == cval) {
			moves++;
		} else if (ms < 1000) {
			ms *= 2;
			WRITE_ONCE(cpu->period, msec_to_cycles(ms));
		}
	}

	guest_u64_write(vm, &stop, 1);
	vcpu_thread_join(&thread);
	kvm_vm_free(vm);
}

/* Its PMU's counters move with it. */
static u64 headroom;

static void guest_count_cycles(void)
{
	u64 cycles;

	for (;;) {
		cycles = READ_ONCE(headroom);
		guest_pmu_start_cycles(PMCR_LC, -cycles);
		GUEST_SYNC(0);
		while (READ_ONCE(headroom) == cycles)
			;
	}
}

static void test_move_pmu(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	(void)unused;
	host_cpu_require(2);
	vm = pmu_vm_start(&vcpu, guest_count_cycles);
	host_cpu_pin(0);
	headroom = 50000;
	do {
		/* Not if the guest took so long to get out */
		headroom *= 2;
		sync_global_to_guest(vm, headroom);
		x = run_past_forced(vcpu);
	} while (x.level);
	assert_sync(x, 0);

	host_cpu_pin(1);
	run_waiting_for("the overflow of a counter whose vCPU has moved");
	assert_forced(run_once(vcpu), KVM_ARM_DEV_PMU);
	kvm_vm_free(vm);
}

/* With the line high, which the host knows, no move is worth an exit. */
static void guest_high_then_rounds(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	while (!READ_ONCE(stop))
		guest_beat(t);
	GUEST_SYNC(0);
	timer_set_ctl(t->timer, 0);
	GUEST_SYNC(1);
	WRITE_ONCE(stop, 0);
	guest_rounds(t);
}

static void run_high_then_rounds(struct vcpu_thread *thread)
{
	struct rounds *rounds = thread->arg;
	struct vcpu_exit x;

	assert_forced(run_once(thread->vcpu), rounds->timer->level);
	x = run_once(thread->vcpu);
	assert_sync(x, 0);
	assert_level(x, rounds->timer->level);
	x = run_past_forced(thread->vcpu);
	assert_sync(x, 1);
	assert_level(x, 0);
	run_rounds(thread);
}

static void test_move_high(const struct guest_timer *t)
{
	struct rounds rounds = { .timer = t };
	struct vcpu_thread thread;
	struct kvm_vcpu *vcpu;
	struct guest_cpu *cpu;
	struct kvm_vm *vm;
	unsigned int i;

	host_cpu_require(2);
	vm = user_irq_vm_create(&vcpu, guest_high_then_rounds, t);
	cpu = host_view(vcpu);
	cpu->period = usec_to_cycles(200);
	run_waiting_for("the guest whose line is high to go on after moves");
	vcpu_thread_start(&thread, vcpu, run_high_then_rounds, &rounds, 0);
	for (i = 1; i <= MOVES; i++) {
		wait_for_beat(vcpu);
		vcpu_thread_move(&thread, i);
	}
	wait_for_beat(vcpu);

	/* All the host CPUs it has been on tell it of the next expiries. */
	guest_u64_write(vm, &stop, 1);
	for (i = 0; i < 2; i++) {
		vcpu_thread_move(&thread, i);
		guest_u64_wait(vm, &guest_cpus[0].told, READ_ONCE(cpu->told) + 3);
	}
	guest_u64_write(vm, &stop, 1);
	vcpu_thread_join(&thread);
	kvm_vm_free(vm);
}

/* Blocked in WFI, it wakes on the other CPU. */
static void guest_block(const struct guest_timer *t)
{
	while (!READ_ONCE(stop)) {
		timer_set_cval(t->timer,
			       timer_get_cntct(t->timer) + READ_ONCE(guest_cpus[0].period));
		timer_set_ctl(t->timer, CTL_ENABLE);
		wait_expiry(t->timer);
		GUEST_SYNC(0);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(1);
	}
	GUEST_DONE();
}

static void run_blocks(struct vcpu_thread *thread)
{
	struct rounds *rounds = thread->arg;
	struct user_irqchip chip;
	struct vcpu_exit x;

	user_irqchip_init(&chip, thread->vcpu, rounds->timer->level, 0);
	for (;;) {
		x = user_irqchip_run(&chip);
		if (x.uc.cmd == UCALL_DONE)
			break;
		assert_forced(x, rounds->timer->level);
		__atomic_store_n(&rounds->done, rounds->done + 1, __ATOMIC_RELEASE);
		x = user_irqchip_run(&chip);
		assert_sync(x, 0);
		assert_level(x, rounds->timer->level);
		x = user_irqchip_run_past_forced(&chip);
		assert_sync(x, 1);
		assert_level(x, 0);
	}
	assert_level(x, 0);
}

static void test_move_blocked(const struct guest_timer *t)
{
	struct rounds rounds = { .timer = t };
	struct vcpu_thread thread;
	struct kvm_vcpu *vcpu;
	unsigned int moves;
	struct kvm_vm *vm;
	u64 done, ms = 10;
	bool moved;

	host_cpu_require(2);
	vm = user_irq_vm_create(&vcpu, guest_block, t);
	guest_u64_write(vm, &guest_cpus[0].period, msec_to_cycles(ms));
	run_waiting_for("the expiry to wake a vCPU that moved while it was blocked");
	vcpu_thread_start(&thread, vcpu, run_blocks, &rounds, 0);

	for (moves = 0; moves < 4;) {
		done = __atomic_load_n(&rounds.done, __ATOMIC_ACQUIRE);
		while (!vcpu_thread_sleeps(&thread))
			usleep(50);
		vcpu_thread_move(&thread, moves + 1);
		moved = vcpu_thread_sleeps(&thread) &&
			__atomic_load_n(&rounds.done, __ATOMIC_ACQUIRE) == done;
		if (moved) {
			moves++;
		} else if (ms < 1000) {
			ms *= 2;
			guest_u64_write(vm, &guest_cpus[0].period, msec_to_cycles(ms));
		}
		while (__atomic_load_n(&rounds.done, __ATOMIC_ACQUIRE) == done)
			usleep(50);
	}
	guest_u64_write(vm, &stop, 1);
	vcpu_thread_join(&thread);
	kvm_vm_free(vm);
}

/*
 * BLK-6: vCPUs that share one host CPU. The last of them has a timer that does
 * not expire, and runs for as long as the others do.
 */
#define SHARED_ROUNDS 10

static void guest_never_told(const struct guest_timer *t)
{
	u64 cval = guest_far_future(t);

	timer_set_cval(t->timer, cval);
	timer_set_ctl(t->timer, CTL_ENABLE);
	while (!READ_ONCE(stop))
		guest_beat(t);
	GUEST_ASSERT_EQ(timer_get_cval(t->timer), cval);
	GUEST_ASSERT_EQ(timer_get_ctl(t->timer), CTL_ENABLE);
	GUEST_DONE();
}

static void run_never_told(struct vcpu_thread *thread)
{
	struct vcpu_exit x = run_once(thread->vcpu);

	assert_done(x);
	assert_level(x, 0);
}

static void run_sharing(struct kvm_vcpu *vcpus[MAX_VCPUS], const struct guest_timer *t)
{
	struct vcpu_thread threads[MAX_VCPUS];
	struct rounds rounds[MAX_VCPUS] = {};
	unsigned int i;

	run_waiting_for("the forced exit of a vCPU that shares its host CPU");
	vcpu_set_reg(vcpus[MAX_VCPUS - 1], ARM64_CORE_REG(regs.pc), (u64)guest_never_told);
	for (i = 0; i < MAX_VCPUS; i++) {
		rounds[i].timer = t;
		host_view(vcpus[i])->period = usec_to_cycles(300 + 700 * i);
		vcpu_thread_start(&threads[i], vcpus[i],
				  i < MAX_VCPUS - 1 ? run_rounds : run_never_told, &rounds[i], 0);
	}
	for (i = 0; i < MAX_VCPUS; i++)
		wait_for_beat(vcpus[i]);
	for (i = 0; i < MAX_VCPUS - 1; i++) {
		while (__atomic_load_n(&rounds[i].done, __ATOMIC_ACQUIRE) < SHARED_ROUNDS)
			usleep(500);
	}
	for (i = 0; i < MAX_VCPUS; i++)
		guest_u64_write(vcpus[i]->vm, &stop, 1);
	for (i = 0; i < MAX_VCPUS; i++)
		vcpu_thread_join(&threads[i]);
}

static void test_shared_by_vcpus(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpus[MAX_VCPUS];
	struct kvm_vm *vm;
	unsigned int i;

	user_irq_require();
	user_irq_require_timer(t);
	vm = user_irq_vm_create_with_vcpus(MAX_VCPUS, guest_rounds, vcpus);
	for (i = 0; i < MAX_VCPUS; i++)
		vcpu_args_set(vcpus[i], 1, t);
	run_sharing(vcpus, t);
	kvm_vm_free(vm);
}

static void test_shared_by_vms(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpus[MAX_VCPUS];
	unsigned int i;

	for (i = 0; i < MAX_VCPUS; i++)
		user_irq_vm_create(&vcpus[i], guest_rounds, t);
	run_sharing(vcpus, t);
	for (i = 0; i < MAX_VCPUS; i++)
		kvm_vm_free(vcpus[i]->vm);
}

/* BLK-7: the timer expires while its vCPU is not on the CPU */

/**
 * struct host_clock - where the host's counter is when the guest's is at 0
 * @min: it is not before
 * @max: it is not after
 */
struct host_clock {
	u64 min;
	u64 max;
};

/* Several times: it is as exact as the one that was not interrupted. */
static struct host_clock host_clock(struct kvm_vcpu *vcpu, const struct guest_timer *t)
{
	struct host_clock clock;
	unsigned int i;

	for (i = 0; i < 16; i++) {
		u64 before = timer_get_cntct(VIRTUAL);
		u64 cnt = vcpu_get_cnt(vcpu, t);
		u64 after = timer_get_cntct(VIRTUAL);

		if (!i || (s64)(before - cnt - clock.min) > 0)
			clock.min = before - cnt;
		if (!i || (s64)(after - cnt - clock.max) < 0)
			clock.max = after - cnt;
	}
	return clock;
}

static void test_expire_asleep(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_arm_and_read, t);
	struct armed_timer armed = run_past_armed(vm, vcpu);
	struct host_clock clock = host_clock(vcpu, t);
	u64 pc = vcpu_get_pc(vcpu);
	struct vcpu_exit x;

	/* No ioctl of the vCPU meanwhile: nothing looks at its timers. */
	while (timer_get_cntct(VIRTUAL) < armed.cval + clock.max)
		usleep(100);
	assert_forced(run_once(vcpu), t->level);
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc);

	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, t->level);
	kvm_vm_free(vm);
}

/*
 * Preempted by this thread, which is as busy on the same host CPU: what it has
 * seen of an expiry that came while it was running.
 */
#define PREEMPTIONS 3
#define MAX_ROUNDS 2000

static struct {
	u64 cval;
	u64 beat;
	unsigned int nr;
} preempted;

static void check_preempted(struct guest_cpu *cpu)
{
	/* None on if it was told in the middle of being armed */
	if (!cpu->cval || __atomic_load_n(&preempted.cval, __ATOMIC_ACQUIRE) != cpu->cval)
		return;
	/* Told before it runs on */
	TEST_ASSERT_EQ(cpu->beat, preempted.beat);
	__atomic_add_fetch(&preempted.nr, 1, __ATOMIC_RELAXED);
}

static void test_expire_preempted(const struct guest_timer *t)
{
	struct rounds rounds = { .timer = t, .on_told = check_preempted };
	u64 now, cval, beat, armed_cval = 0, armed_beat = 0;
	struct vcpu_thread thread;
	struct host_clock clock;
	struct guest_cpu *cpu;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	vm = user_irq_vm_create(&vcpu, guest_rounds, t);
	cpu = host_view(vcpu);
	clock = host_clock(vcpu, t);
	run_waiting_for("the forced exit for an expiry while preempted");
	host_cpu_pin(0);
	vcpu_thread_start(&thread, vcpu, run_rounds, &rounds, 0);

	while (__atomic_load_n(&preempted.nr, __ATOMIC_RELAXED) < PREEMPTIONS) {
		__TEST_REQUIRE(READ_ONCE(cpu->told) < MAX_ROUNDS,
			       "the host does not preempt the vCPU across an expiry");
		/* Time slices vary: 1 to 8 ms ahead */
		WRITE_ONCE(cpu->period, msec_to_cycles(1 + READ_ONCE(cpu->told) % 8));
		cval = READ_ONCE(cpu->cval);
		beat = READ_ONCE(cpu->beat);
		now = timer_get_cntct(VIRTUAL);
		if (now < cval + clock.min) {
			armed_cval = cval;
			armed_beat = beat;
		} else if (now >= cval + clock.max && cval == armed_cval &&
			   READ_ONCE(cpu->beat) == armed_beat) {
			/* The guest has not run since before the expiry, nor does it now. */
			preempted.beat = armed_beat;
			__atomic_store_n(&preempted.cval, cval, __ATOMIC_RELEASE);
		}
	}
	guest_u64_write(vm, &stop, 1);
	host_cpu_pin(HOST_CPU_ANY);
	vcpu_thread_join(&thread);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("BLK-5.armed", "a vCPU moves between host CPUs with its timer armed",
		       test_move_armed),
	{ "BLK-5.pmu", "a vCPU moves between host CPUs while its PMU counts",
	  test_move_pmu, NULL },
	TIMER_SUBTESTS("BLK-5.high", "a vCPU moves between host CPUs with its line high",
		       test_move_high),
	TIMER_SUBTESTS("BLK-5.blocked", "a vCPU moves between host CPUs while blocked in WFI",
		       test_move_blocked),
	TIMER_SUBTESTS("BLK-6.vcpus", "vCPUs that share a host CPU: to each its own expiries",
		       test_shared_by_vcpus),
	TIMER_SUBTESTS("BLK-6.vms", "VMs that share a host CPU: to each its own expiries",
		       test_shared_by_vms),
	TIMER_SUBTESTS("BLK-7.asleep", "expiry while userspace sleeps is told before the guest",
		       test_expire_asleep),
	TIMER_SUBTESTS("BLK-7.preempted", "expiry while preempted is told before the guest goes on",
		       test_expire_preempted),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
