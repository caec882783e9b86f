// SPDX-License-Identifier: GPL-2.0
/*
 * Several vCPUs on the userspace GICv2: what the model does between CPUs, run
 * one vCPU at a time, then timers and IPIs on all of them at once.
 */
#include <sched.h>

#include "user_gic_guest.h"
#include "user_irqchip.h"
#include "vcpu_thread.h"

#define NR_VCPUS 3	/* where they run in turns */

#define SPI_A	40
#define PPI	20

/* What vCPU 0 asks the host for */
enum {
	HOST_SET_LINE,		/* INTID, level */
	HOST_SWITCH_CPU,	/* the vCPU to run from here on */
};

static void set_line(u32 intid, bool level)
{
	GUEST_SYNC_ARGS(HOST_SET_LINE, intid, level, guest_get_vcpuid(), 0);
}

static u64 pins(void)
{
	isb();
	return read_sysreg(isr_el1);
}

/* A call on another vCPU: the others wait here for it. */
static struct {
	u32 (*fn)(u32 arg);
	u32 arg;
	u32 result;
} remote_call;

static u32 on_cpu(u32 cpu, u32 (*fn)(u32 arg), u32 arg)
{
	WRITE_ONCE(remote_call.fn, fn);
	WRITE_ONCE(remote_call.arg, arg);
	GUEST_SYNC_ARGS(HOST_SWITCH_CPU, cpu, 0, 0, 0);
	return READ_ONCE(remote_call.result);
}

static void guest_secondary(void)
{
	u32 (*fn)(u32 arg);

	for (;;) {
		fn = READ_ONCE(remote_call.fn);
		WRITE_ONCE(remote_call.result, fn(READ_ONCE(remote_call.arg)));
		GUEST_SYNC_ARGS(HOST_SWITCH_CPU, 0, 0, 0, 0);
	}
}

static u32 call_gic_on(u32 arg)
{
	gic_on();
	return arg;
}

static u32 call_pins(u32 arg)
{
	return pins() + arg;
}

static u32 call_dist_read(u32 offset)
{
	return gicd_read(offset);
}

static u32 call_ack(u32 arg)
{
	return gic_ack() + arg;
}

static u32 call_eoi(u32 val)
{
	gic_eoi(val);
	return 0;
}

static void run_in_turns(void (*guest_code)(void))
{
	struct kvm_vcpu *vcpus[NR_VCPUS];
	unsigned int cpu = 0;
	struct user_gic *gic;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	user_irq_require();
	vm = user_irq_vm_create_with_vcpus(NR_VCPUS, guest_secondary, vcpus);
	vcpu_set_reg(vcpus[0], ARM64_CORE_REG(regs.pc), (u64)guest_code);
	user_gic_map(vm);
	gic = user_gic_create(vm, NR_VCPUS, vcpus);

	for (;;) {
		x = user_gic_run(gic, vcpus[cpu]);
		if (x.uc.cmd != UCALL_SYNC)
			break;
		if (x.uc.args[1] == HOST_SET_LINE)
			user_gic_set_irq(gic, vcpus[x.uc.args[4]], x.uc.args[2], x.uc.args[3]);
		else
			cpu = x.uc.args[2];
		TEST_ASSERT(cpu < NR_VCPUS, "switch to CPU %u", cpu);
	}
	assert_done(x);

	user_gic_free(gic);
	kvm_vm_free(vm);
}

/* 3.2.2, 4.3.15 to 4.3.17: SGIs and their sources */
static void guest_sgis(void)
{
	u32 cpu;

	gic_on();
	for (cpu = 1; cpu < NR_VCPUS; cpu++)
		on_cpu(cpu, call_gic_on, 0);

	/* By list, to all others, to itself; the filter that is reserved */
	gicd_write(GICD_SGIR, 0xfcu << GICD_SGIR_TARGETS_SHIFT | 3);
	GUEST_ASSERT_EQ(on_cpu(1, call_pins, 0), 0);
	GUEST_ASSERT_EQ(on_cpu(2, call_dist_read, GICD_ISPENDR), 1u << 3);
	GUEST_ASSERT_EQ(on_cpu(2, call_ack, 0), 3);
	on_cpu(2, call_eoi, 3);
	gicd_write(GICD_SGIR, GICD_SGIR_OTHERS | 4);
	gicd_write(GICD_SGIR, GICD_SGIR_OTHERS | GICD_SGIR_SELF | 0xff0000 | 9);
	GUEST_ASSERT_EQ(gicd_read(GICD_ISPENDR), 0);
	for (cpu = 1; cpu < NR_VCPUS; cpu++) {
		GUEST_ASSERT_EQ(on_cpu(cpu, call_pins, 0), ISR_EL1_I);
		GUEST_ASSERT_EQ(on_cpu(cpu, call_ack, 0), 4);
		on_cpu(cpu, call_eoi, 4);
		GUEST_ASSERT_EQ(on_cpu(cpu, call_pins, 0), 0);
	}
	gicd_write(GICD_SGIR, GICD_SGIR_SELF | 5);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_ASSERT_EQ(gic_ack(), 5);
	gic_eoi(5);

	/* One interrupt for each source; not to be set by the registers of others */
	gicd_write_bit(GICD_ISPENDR, 6);
	GUEST_ASSERT_EQ(gicd_read(GICD_ISPENDR), 0);
	gicd_write_byte(GICD_SPENDSGIR + 6, 0xff);
	GUEST_ASSERT_EQ(gicd_read(GICD_SPENDSGIR + 4), 0x7u << 16);
	gicd_write_byte(GICD_CPENDSGIR + 6, 1u << 1);
	GUEST_ASSERT_EQ(gicd_read_byte(GICD_CPENDSGIR + 6), 0x5);
	gicd_write_bit(GICD_ICPENDR, 6);
	GUEST_ASSERT_EQ(gicc_read(GICC_HPPIR), 6);
	GUEST_ASSERT_EQ(gic_ack(), 6);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);
	gic_eoi(6);
	GUEST_ASSERT_EQ(gic_ack(), 6 | 2 << 10);
	gic_eoi(6 | 2 << 10);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_DONE();
}

/* 3.2.3, 4.3.12: PPIs are a CPU's own, SPIs go to their targets */
static void guest_targets(void)
{
	u32 cpu;

	gic_on();
	for (cpu = 1; cpu < NR_VCPUS; cpu++)
		on_cpu(cpu, call_gic_on, 0);
	GUEST_ASSERT_EQ(gicd_read(GICD_TYPER) >> 5 & 7, NR_VCPUS - 1);
	gicd_write(GICD_ITARGETSR, 0);
	GUEST_ASSERT_EQ(gicd_read(GICD_ITARGETSR), 0x01010101);
	GUEST_ASSERT_EQ(on_cpu(2, call_dist_read, GICD_ITARGETSR + 28), 0x04040404);

	gicd_write_bit(GICD_ISENABLER, PPI);
	GUEST_ASSERT_EQ(on_cpu(1, call_dist_read, GICD_ISENABLER), 0xffff);
	set_line(PPI, true);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_ASSERT_EQ(on_cpu(1, call_dist_read, GICD_ISPENDR), 0);
	set_line(PPI, false);

	gicd_write_bit(GICD_ISENABLER, SPI_A);
	gicd_write_byte(GICD_ITARGETSR + SPI_A, 0);
	set_line(SPI_A, true);
	for (cpu = 1; cpu < NR_VCPUS; cpu++)
		GUEST_ASSERT_EQ(on_cpu(cpu, call_pins, 0), 0);
	gicd_write_byte(GICD_ITARGETSR + SPI_A, 0xf2);
	GUEST_ASSERT_EQ(gicd_read_byte(GICD_ITARGETSR + SPI_A), 0x02);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_ASSERT_EQ(on_cpu(1, call_pins, 0), ISR_EL1_I);
	GUEST_ASSERT_EQ(on_cpu(2, call_pins, 0), 0);

	/* Two targets: who acknowledges first has it. */
	gicd_write_byte(GICD_ITARGETSR + SPI_A, 0x06);
	GUEST_ASSERT_EQ(on_cpu(1, call_pins, 0), ISR_EL1_I);
	GUEST_ASSERT_EQ(on_cpu(2, call_ack, 0), SPI_A);
	GUEST_ASSERT_EQ(on_cpu(1, call_pins, 0), 0);
	GUEST_ASSERT_EQ(on_cpu(1, call_ack, 0), USER_GIC_INTID_SPURIOUS);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);
	set_line(SPI_A, false);
	on_cpu(2, call_eoi, SPI_A);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISACTIVER, SPI_A));
	GUEST_DONE();
}

/*
 * All vCPUs at once: each runs both timers for a number of expiries, and passes
 * SGIs on to the next vCPU, round and round. The more vCPUs, the less of each:
 * many of them on few CPUs of a busy host wait for each other all the time.
 */
#define EXPIRIES	(40 / nr_vcpus)	/* of each timer */
#define NR_RINGS	4	/* SGIs 0..3, the n-th starts at vCPU n modulo their number */
#define LAPS		(24 / nr_vcpus)

static struct guest_cpu {
	u64 nr_expiries[2];		/* by enum arch_timer */
	u64 nr_sgis[NR_RINGS];
} guest_cpus[USER_GIC_MAX_VCPUS];
static u64 nr_vcpus;

static void guest_pass_on(u32 ring)
{
	u32 next = (guest_get_vcpuid() + 1) % nr_vcpus;

	gicd_write(GICD_SGIR, 1u << next << GICD_SGIR_TARGETS_SHIFT | ring);
}

static void guest_arm(const struct guest_timer *t)
{
	/* Periods that differ from vCPU to vCPU and between the timers */
	u64 usec = 50 + 37 * guest_get_vcpuid() + 11 * t->timer;

	timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(usec));
	timer_set_ctl(t->timer, CTL_ENABLE);
}

static void guest_timer_irq(struct guest_cpu *cpu, const struct guest_timer *t)
{
	GUEST_ASSERT_EQ(timer_get_ctl(t->timer), CTL_ENABLE | CTL_ISTATUS);
	timer_set_ctl(t->timer, 0);
	gic_eoi(t->timer == VIRTUAL ? USER_GIC_INTID_VTIMER : USER_GIC_INTID_PTIMER);
	/* Not before userspace has seen the level fall at the end of interrupt. */
	if (++cpu->nr_expiries[t->timer] < EXPIRIES)
		guest_arm(t);
}

static void guest_sgi(struct guest_cpu *cpu, u32 iar)
{
	u32 id = guest_get_vcpuid(), ring = iar & 0x3ff;
	bool ends_here = ring % nr_vcpus == id;

	GUEST_ASSERT_EQ(iar >> 10, (id + nr_vcpus - 1) % nr_vcpus);
	if (++cpu->nr_sgis[ring] < LAPS || !ends_here)
		guest_pass_on(ring);
	gic_eoi(iar);
}

static void guest_gic_irq(struct ex_regs *regs)
{
	struct guest_cpu *cpu = &guest_cpus[guest_get_vcpuid()];
	u32 iar = gic_ack(), intid = iar & 0x3ff;

	(void)regs;
	/* Nothing but an acknowledge takes any of these back. */
	GUEST_ASSERT(intid != USER_GIC_INTID_SPURIOUS);
	if (intid == USER_GIC_INTID_VTIMER)
		guest_timer_irq(cpu, &guest_vtimer);
	else if (intid == USER_GIC_INTID_PTIMER)
		guest_timer_irq(cpu, &guest_ptimer);
	else if (intid < NR_RINGS)
		guest_sgi(cpu, iar);
	else
		GUEST_ASSERT_EQ(intid, 0);
}

static bool guest_cpu_done(const struct guest_cpu *cpu)
{
	u32 i, missing = 0;

	for (i = 0; i < NR_RINGS; i++)
		missing += READ_ONCE(cpu->nr_sgis[i]) < LAPS;
	for (i = 0; i < ARRAY_SIZE(cpu->nr_expiries); i++)
		missing += READ_ONCE(cpu->nr_expiries[i]) < EXPIRIES;
	return !missing;
}

static void guest_smp(void)
{
	u32 id = guest_get_vcpuid(), i;

	gic_on();
	gic_enable(USER_GIC_INTID_VTIMER, 0x80);
	gic_enable(USER_GIC_INTID_PTIMER, 0x40);
	for (i = 0; i < NR_RINGS; i++) {
		gic_set_priority(i, 0x20 * (i + 1));
		if (i % nr_vcpus == id)
			guest_pass_on(i);
	}
	guest_arm(&guest_vtimer);
	guest_arm(&guest_ptimer);
	local_irq_enable();

	/* Lets the host's other threads run, too. */
	while (!guest_cpu_done(&guest_cpus[id]))
		writel(0, test_mmio);
	GUEST_DONE();
}

static void run_smp_vcpu(struct vcpu_thread *thread)
{
	struct vcpu_exit x;

	for (;;) {
		x = user_gic_run(thread->arg, thread->vcpu);
		if (x.uc.cmd == UCALL_DONE)
			break;
		assert_reason(x, KVM_EXIT_MMIO);
		sched_yield();
	}
	assert_level(x, 0);
}

static void check_smp_counts(struct kvm_vm *vm)
{
	const struct guest_cpu *cpu = addr_gva2hva(vm, (u64)guest_cpus);
	unsigned int i, j;

	for (i = 0; i < nr_vcpus; i++, cpu++) {
		for (j = 0; j < ARRAY_SIZE(cpu->nr_expiries); j++)
			TEST_ASSERT(cpu->nr_expiries[j] == EXPIRIES,
				    "vCPU %u: %lu interrupts of timer %u, expected %lu", i,
				    cpu->nr_expiries[j], j, EXPIRIES);
		for (j = 0; j < NR_RINGS; j++)
			TEST_ASSERT(cpu->nr_sgis[j] == LAPS, "vCPU %u: %lu SGIs %u, expected %lu",
				    i, cpu->nr_sgis[j], j, LAPS);
	}
}

static void run_smp(unsigned int nr)
{
	struct vcpu_thread threads[USER_GIC_MAX_VCPUS];
	struct kvm_vcpu *vcpus[USER_GIC_MAX_VCPUS];
	struct user_gic *gic;
	struct kvm_vm *vm;
	unsigned int i;

	user_irq_require();
	user_irq_require_timer(&guest_ptimer);
	vm = user_irq_vm_create_with_vcpus(nr, guest_smp, vcpus);
	vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, guest_gic_irq);
	virt_pg_map(vm, TEST_MMIO_GPA, TEST_MMIO_GPA);
	user_gic_map(vm);
	nr_vcpus = nr;
	sync_global_to_guest(vm, nr_vcpus);
	gic = user_gic_create(vm, nr, vcpus);

	for (i = 0; i < nr; i++)
		vcpu_thread_start(&threads[i], vcpus[i], run_smp_vcpu, gic, i);
	for (i = 0; i < nr; i++)
		vcpu_thread_join(&threads[i]);
	check_smp_counts(vm);
	user_gic_free(gic);
	kvm_vm_free(vm);
}

#define SMP_TEST(_nr)								\
static void test_smp##_nr(const struct guest_timer *t)				\
{										\
	(void)t;								\
	run_smp(_nr);								\
}

SMP_TEST(1)
SMP_TEST(2)
SMP_TEST(8)

static void test_sgis(const struct guest_timer *t)
{
	(void)t;
	run_in_turns(guest_sgis);
}

static void test_targets(const struct guest_timer *t)
{
	(void)t;
	run_in_turns(guest_targets);
}

static const struct subtest subtests[] = {
	{ "NEW-6.sgi", "GICv2 model: SGIs and their sources", test_sgis, NULL },
	{ "NEW-6.target", "GICv2 model: PPIs and targets of SPIs", test_targets, NULL },
	{ "NEW-6.smp1", "timers and IPIs through a userspace GICv2, 1 vCPU", test_smp1, NULL },
	{ "NEW-6.smp2", "timers and IPIs through a userspace GICv2, 2 vCPUs", test_smp2, NULL },
	{ "NEW-6.smp8", "timers and IPIs through a userspace GICv2, 8 vCPUs", test_smp8, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
