// SPDX-License-Identifier: GPL-2.0
/*
 * SMP: many vCPUs, each in a thread of its own, its timers wired straight to its
 * pins. Every expiry is told once, and to the vCPU whose timer it is.
 */
#include <sched.h>

#include "user_irqchip.h"
#include "vcpu_thread.h"
#include "wait_insn.h"

#define MAX_VCPUS	64
#define CROWD		8	/* vCPUs that are too many for most hosts */
#define SPINS		1000	/* of a guest in a crowd, then it lets others run */

/* Interrupts taken: IRQ for the vtimer, FIQ for the ptimer */
static struct guest_cpu {
	u64 nr_expiries[2];	/* by enum arch_timer */
} guest_cpus[MAX_VCPUS];
static u64 expiries;		/* to come of each timer */
static u64 crowded;

static void guest_arm(const struct guest_timer *t)
{
	/* A period that no other timer has */
	u64 usec = 200 + 61 * guest_get_vcpuid() + 17 * t->timer;

	timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(usec));
	timer_set_ctl(t->timer, CTL_ENABLE);
}

static void guest_expired(const struct guest_timer *t)
{
	u64 *nr_expiries = &guest_cpus[guest_get_vcpuid()].nr_expiries[t->timer];

	GUEST_ASSERT_EQ(timer_get_ctl(t->timer), CTL_ENABLE | CTL_ISTATUS);
	timer_set_ctl(t->timer, 0);
	/* End of interrupt: userspace sees the level fall, the pin follows. */
	writel(t->level, test_mmio);
	if (++*nr_expiries < expiries)
		guest_arm(t);
}

static void guest_irq(struct ex_regs *regs)
{
	(void)regs;
	guest_expired(&guest_vtimer);
}

static void guest_fiq(struct ex_regs *regs)
{
	(void)regs;
	guest_expired(&guest_ptimer);
}

static bool guest_done(void)
{
	struct guest_cpu *cpu = &guest_cpus[guest_get_vcpuid()];

	return READ_ONCE(cpu->nr_expiries[VIRTUAL]) == expiries &&
	       READ_ONCE(cpu->nr_expiries[PHYSICAL]) == expiries;
}

static void guest_spins(void)
{
	unsigned int i;

	guest_arm(&guest_vtimer);
	guest_arm(&guest_ptimer);
	local_irq_enable();
	while (!guest_done()) {
		for (i = 0; i < SPINS; i++)
			cpu_relax();
		if (crowded)
			writel(0, test_mmio);
	}
	GUEST_DONE();
}

static void guest_blocks(void)
{
	guest_arm(&guest_vtimer);
	guest_arm(&guest_ptimer);
	while (!guest_done()) {
		/* Masked, so that no interrupt comes between the test and the WFI. */
		wait_wfi();
		local_irq_enable();
		isb();
		local_irq_disable();
	}
	GUEST_DONE();
}

static void run_vcpu(struct vcpu_thread *thread)
{
	struct user_irqchip *chip = thread->arg;
	struct vcpu_exit x;
	u32 eoi;

	for (;;) {
		x = user_irqchip_run(chip);
		if (x.forced)
			continue;
		if (x.uc.cmd == UCALL_DONE)
			break;
		assert_reason(x, KVM_EXIT_MMIO);
		memcpy(&eoi, thread->vcpu->run->mmio.data, sizeof(eoi));
		assert_level(x, x.level & ~(u64)eoi);
		if (!eoi)
			sched_yield();
	}
	assert_level(x, 0);
}

static void check_counts(struct kvm_vm *vm, unsigned int i, const struct user_irqchip *chip)
{
	const struct guest_cpu *cpu = (struct guest_cpu *)addr_gva2hva(vm, (u64)guest_cpus) + i;

	TEST_ASSERT(chip->nr_irq_rises == expiries && chip->nr_fiq_rises == expiries,
		    "vCPU %u was told %u expiries of its vtimer and %u of its ptimer, not %lu",
		    i, chip->nr_irq_rises, chip->nr_fiq_rises, expiries);
	TEST_ASSERT(cpu->nr_expiries[VIRTUAL] == expiries &&
		    cpu->nr_expiries[PHYSICAL] == expiries,
		    "vCPU %u took %lu IRQs and %lu FIQs, not %lu", i, cpu->nr_expiries[VIRTUAL],
		    cpu->nr_expiries[PHYSICAL], expiries);
}

static void run_smp(unsigned int nr, void *guest_code)
{
	struct vcpu_thread threads[MAX_VCPUS];
	struct user_irqchip chips[MAX_VCPUS];
	struct kvm_vcpu *vcpus[MAX_VCPUS];
	unsigned int limit, i;
	struct kvm_vm *vm;

	user_irq_require();
	user_irq_require_timer(&guest_ptimer);
	limit = kvm_check_cap(KVM_CAP_MAX_VCPUS);
	__TEST_REQUIRE(limit >= nr, "this host's KVM allows %u vCPUs in a VM, not %u", limit, nr);
	vm = user_irq_vm_create_with_vcpus(nr, guest_code, vcpus);
	virt_pg_map(vm, TEST_MMIO_GPA, TEST_MMIO_GPA);
	vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, guest_irq);
	vm_install_exception_handler(vm, VECTOR_FIQ_CURRENT, guest_fiq);
	expiries = nr > CROWD ? 4 : 20;
	sync_global_to_guest(vm, expiries);
	crowded = nr >= CROWD;
	sync_global_to_guest(vm, crowded);

	run_waiting_for("the next of many expiries");
	for (i = 0; i < nr; i++) {
		user_irqchip_init(&chips[i], vcpus[i], guest_vtimer.level, guest_ptimer.level);
		vcpu_thread_start(&threads[i], vcpus[i], run_vcpu, &chips[i], i);
	}
	for (i = 0; i < nr; i++)
		vcpu_thread_join(&threads[i]);
	for (i = 0; i < nr; i++)
		check_counts(vm, i, &chips[i]);
	kvm_vm_free(vm);
}

#define SMP_TEST(_nr, _guest)							\
static void test_##_guest##_##_nr(const struct guest_timer *t)			\
{										\
	(void)t;								\
	run_smp(_nr, guest_##_guest);						\
}

SMP_TEST(1, spins)
SMP_TEST(2, spins)
SMP_TEST(8, spins)
SMP_TEST(64, spins)
SMP_TEST(64, blocks)

static const struct subtest subtests[] = {
	{ "SMP-1.vcpus1", "each expiry told once, 1 vCPU", test_spins_1, NULL },
	{ "SMP-1.vcpus2", "each expiry told once to its vCPU, 2 vCPUs", test_spins_2, NULL },
	{ "SMP-1.vcpus8", "each expiry told once to its vCPU, 8 vCPUs", test_spins_8, NULL },
	{ "SMP-1.vcpus64", "each expiry told once to its vCPU, 64 vCPUs", test_spins_64, NULL },
	{ "SMP-1.wfi64", "each expiry wakes its own one of 64 vCPUs in WFI", test_blocks_64,
	  NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
