// SPDX-License-Identifier: GPL-2.0
/*
 * TRC: what KVM's trace events say is what userspace was told.
 * EXIT-1: and that it was told by the timer itself.
 * EXIT-12: and it was told before they say that the guest runs on.
 */
#include "tracefs.h"
#include "user_irq.h"
#include "vcpu_thread.h"

#define ROUNDS	30
#define MAX_IRQ	64

static u64 told;

/* A vCPU that other VMs hardly have: the events do not tell of which VM they are. */
static unsigned int vcpu_id(void)
{
	return kvm_check_cap(KVM_CAP_MAX_VCPUS) - 1;
}

static void trace_updates(struct tracefs *tracefs)
{
	char filter[64];

	snprintf(filter, sizeof(filter), "vcpu_id == %u", vcpu_id());
	tracefs_enable(tracefs, "kvm/kvm_timer_update_irq", filter);
}

/* Rises and falls of all kinds: alone, with an MMIO access, while userspace has the vCPU. */
static void guest_rounds(const struct guest_timer *t)
{
	u64 round, delay;

	for (round = 1; round <= ROUNDS; round++) {
		delay = usec_to_cycles(round % 4 * 50);
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + delay);
		timer_set_ctl(t->timer, CTL_ENABLE);
		if (round % 3)
			writel(round % 3, test_mmio);
		while (READ_ONCE(told) < round)
			;
		timer_set_ctl(t->timer, 0);
		if (round % 2)
			guest_psci(PSCI_0_2_FN_PSCI_VERSION);
		GUEST_SYNC(round);
	}
	GUEST_DONE();
}

/**
 * struct traced_irq - the events of one IRQ number
 * @nr_events: all of them
 * @nr_changes: those with another level than the one before, or than 0
 */
struct traced_irq {
	u64 nr_events;
	u64 nr_changes;
	int level;
};

static struct traced_irq irqs[MAX_IRQ];

/* Many events bring no change: the host re-evaluates a timer, from 7.2 on an emulated one too. */
static void update_irq_event(const char *text)
{
	unsigned int id, irq;
	int level;

	TEST_ASSERT(sscanf(text, "kvm_timer_update_irq: VCPU: %u, IRQ %u, level %d", &id, &irq,
			   &level) == 3, "trace event: %s", text);
	TEST_ASSERT(id == vcpu_id() && irq < MAX_IRQ && (level == 0 || level == 1),
		    "trace event: %s", text);
	irqs[irq].nr_events++;
	irqs[irq].nr_changes += level != irqs[irq].level;
	irqs[irq].level = level;
}

static void read_events(struct tracefs *tracefs)
{
	char text[256];

	while (tracefs_next_event(tracefs, text, sizeof(text)))
		update_irq_event(text);
}

/* The timer's own, since no other timer is on: the only IRQ number that has changes. */
static unsigned int traced_number(void)
{
	unsigned int i, number = MAX_IRQ;

	for (i = 0; i < MAX_IRQ; i++) {
		if (!irqs[i].nr_changes)
			continue;
		TEST_ASSERT(number == MAX_IRQ, "changes of IRQ %u and of IRQ %u", number, i);
		number = i;
	}
	return number;
}

static u64 traced_changes(void)
{
	unsigned int number = traced_number();

	return number < MAX_IRQ ? irqs[number].nr_changes : 0;
}

static struct kvm_vcpu *traced_vcpu_create(const struct guest_timer *t)
{
	struct kvm_vm *vm = user_irq_vm_create_empty(1);
	struct kvm_vcpu *vcpu = user_irq_vcpu_add(vm, vcpu_id(), NULL, guest_rounds);

	virt_pg_map(vm, TEST_MMIO_GPA, TEST_MMIO_GPA);
	vcpu_args_set(vcpu, 1, t);
	run_waiting_for("the next change of the level");
	return vcpu;
}

static struct vcpu_exit run_round(struct kvm_vcpu *vcpu)
{
	struct vcpu_exit x = run_once(vcpu);

	if (x.level && !x.before) {
		told++;
		sync_global_to_guest(vcpu->vm, told);
	}
	return x;
}

static void let_expire(struct kvm_vcpu *vcpu, struct vcpu_exit x)
{
	if (x.uc.cmd == UCALL_NONE && x.reason == KVM_EXIT_MMIO && *vcpu->run->mmio.data == 2)
		usleep(200);
}

/* TRC-1 */
static void test_update_irq(const struct guest_timer *t)
{
	u64 nr_changes = 0, traced;
	struct tracefs *tracefs;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;

	user_irq_require();
	user_irq_require_timer(t);
	tracefs = tracefs_create();
	trace_updates(tracefs);
	vcpu = traced_vcpu_create(t);
	do {
		x = run_round(vcpu);
		nr_changes += x.level != x.before;

		/* It may be traced as the next KVM_RUN begins, or after the field was filled in. */
		read_events(tracefs);
		traced = traced_changes();
		TEST_ASSERT(traced <= nr_changes + 1 && nr_changes <= traced + 1,
			    "userspace saw %lu changes, the trace has %lu", nr_changes, traced);
		let_expire(vcpu, x);
	} while (x.uc.cmd != UCALL_DONE);

	TEST_ASSERT(nr_changes == 2 * ROUNDS && traced == nr_changes,
		    "%u rounds: userspace saw %lu changes, the trace has %lu", ROUNDS, nr_changes,
		    traced);
	pr_info("IRQ %u: %lu events, %lu of them changes\n", traced_number(),
		irqs[traced_number()].nr_events, traced);
	kvm_vm_free(vcpu->vm);
	tracefs_free(tracefs);
}

/*
 * EXIT-12: where KVM knows of a change, the next thing must be to tell it. A guest
 * that is entered first is interrupted soon by the next tick, if its CPU has one.
 */
static unsigned int read_entries(struct tracefs *tracefs, bool told_level)
{
	unsigned int i, nr_entries = 0;
	char text[256];
	bool level;

	while (tracefs_next_event(tracefs, text, sizeof(text))) {
		if (strncmp(text, "kvm_entry:", strlen("kvm_entry:"))) {
			update_irq_event(text);
			continue;
		}
		for (level = false, i = 0; i < MAX_IRQ; i++)
			level |= irqs[i].level;
		TEST_ASSERT(level == told_level,
			    "entered with the line %s, userspace was told that it is %s",
			    level ? "high" : "low", told_level ? "high" : "low");
		nr_entries++;
	}
	return nr_entries;
}

static void test_entry(const struct guest_timer *t)
{
	struct tracefs *tracefs;
	unsigned int nr = 0;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	char filter[64];

	user_irq_require();
	user_irq_require_timer(t);
	/* The kernel moves an emulated timer away from a tickless CPU. */
	host_cpu_pin(host_cpu_count() - 1);
	tracefs = tracefs_create();
	trace_updates(tracefs);
	snprintf(filter, sizeof(filter), "common_pid == %d", getpid());
	tracefs_enable(tracefs, "kvm/kvm_entry", filter);
	vcpu = traced_vcpu_create(t);
	do {
		x = run_round(vcpu);
		nr += read_entries(tracefs, x.before);
		let_expire(vcpu, x);
	} while (x.uc.cmd != UCALL_DONE);
	TEST_ASSERT(nr >= 2 * ROUNDS, "%u rounds, %u times was the guest entered", ROUNDS, nr);
	pr_info("IRQ %u: %lu changes, %u entries\n", traced_number(), traced_changes(), nr);
	kvm_vm_free(vcpu->vm);
	tracefs_free(tracefs);
}

/*
 * EXIT-1.hrtimer: a tick of the host's tells of an expiry too, if later. Where it and the
 * timer's hrtimer are due together, one interrupt runs both.
 */
#define EXPIRIES	20
#define PTIMER_INDEX	0	/* TIMER_PTIMER of arm_arch_timer.h */

static void guest_expire_spinning(const struct guest_timer *t)
{
	u64 round, cval, us = 500;
	bool in_time;

	for (round = 1;; round++) {
		cval = timer_get_cntct(t->timer) + usec_to_cycles(us);
		timer_set_cval(t->timer, cval);
		timer_set_ctl(t->timer, CTL_ENABLE);
		/* If not so, the host may have seen no timer to start. */
		in_time = timer_get_cntct(t->timer) < cval;
		while (READ_ONCE(told) < round)
			;
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(in_time);
		if (!in_time)
			us *= 2;
	}
}

static void test_hrtimer(const struct guest_timer *t)
{
	unsigned int nr_due = 0, nr_own = 0;
	char filter[64], text[256];
	struct tracefs *tracefs;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	bool own;

	user_irq_require();
	__TEST_REQUIRE(host_emulates_ptimer(), "the host does not emulate the ptimer");
	/* The kernel moves an emulated timer away from a tickless CPU. */
	host_cpu_pin(host_cpu_count() - 1);
	tracefs = tracefs_create();
	/* It interrupts the vCPU's thread: when another one runs it has been cancelled. */
	snprintf(filter, sizeof(filter), "common_pid == %d && timer_idx == %d", getpid(),
		 PTIMER_INDEX);
	tracefs_enable(tracefs, "kvm/kvm_timer_hrtimer_expire", filter);
	vm = user_irq_vm_create(&vcpu, guest_expire_spinning, t);
	run_waiting_for("the forced exit for the next expiry");
	while (nr_due < EXPIRIES) {
		assert_forced(run_once(vcpu), t->level);
		for (own = false; tracefs_next_event(tracefs, text, sizeof(text));)
			own = true;
		told++;
		sync_global_to_guest(vm, told);
		x = run_past_forced(vcpu);
		assert_level(x, 0);
		TEST_ASSERT(x.uc.cmd == UCALL_SYNC, "the guest did not end its round");
		if (!x.uc.args[1])
			continue;
		nr_due++;
		nr_own += own;
	}
	pr_info("%u of %u expiries were told by the hrtimer, in %lu rounds\n", nr_own, nr_due,
		told);
	TEST_ASSERT(2 * nr_own >= nr_due, "%u expiries, but only %u of the timer's hrtimer", nr_due,
		    nr_own);
	kvm_vm_free(vm);
	tracefs_free(tracefs);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("TRC-1", "kvm_timer_update_irq tells the changes that userspace saw",
		       test_update_irq),
	TIMER_SUBTESTS("EXIT-12.entry", "the guest is not entered before a change is told",
		       test_entry),
	{ "EXIT-1.hrtimer", "the expiry of an emulated timer is told by its own hrtimer",
	  test_hrtimer, &guest_ptimer },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
