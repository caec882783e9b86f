// SPDX-License-Identifier: GPL-2.0
/*
 * INV: what holds at every return of KVM_RUN. The run path checks it in all
 * tests; here each invariant is checked alone, on a tour of all kinds of exits.
 */
#include <signal.h>

#include "guest_pmu.h"
#include "host_log.h"
#include "user_irq.h"
#include "kernel_vgic.h"

#define ROUNDS 20

static u64 go;

static void guest_tour(const struct guest_timer *t)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(i));
		timer_set_ctl(t->timer, CTL_ENABLE);
		while (READ_ONCE(go) <= i)
			;
		writel(1, test_mmio);
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
		timer_set_ctl(t->timer, CTL_ENABLE | CTL_IMASK);
		readl(test_mmio);
		timer_set_ctl(t->timer, CTL_ENABLE);
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
		GUEST_SYNC(i);
		timer_set_cval(t->timer, guest_far_future(t));
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
	}
	guest_psci(PSCI_0_2_FN_SYSTEM_OFF);
}

/* Every exit of the tour passes the checks of run_once(). */
static void run_tour(const struct guest_timer *t, unsigned int invariant)
{
	unsigned int returns, forced = 0;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	vm = user_irq_vm_create(&vcpu, guest_tour, t);
	run_take_signal(vcpu);
	run_check_only(invariant);
	run_waiting_for("the next exit of the tour");

	for (returns = 0; returns < 100 * ROUNDS; returns++) {
		x = run_once(vcpu);
		if (!x.rc && x.reason == KVM_EXIT_SYSTEM_EVENT)
			break;
		if (x.signal)
			run_consume_signal();
		if (x.uc.cmd == UCALL_SYNC)
			raise(RUN_SIGNAL);
		/* Told of the expiry: let the guest go on. */
		if (x.level && (!go || x.uc.cmd == UCALL_SYNC || go <= forced)) {
			go++;
			sync_global_to_guest(vm, go);
		}
		forced += x.forced;
	}
	assert_reason(x, KVM_EXIT_SYSTEM_EVENT);
	kvm_vm_free(vm);
}

static void test_inv1(const struct guest_timer *t)
{
	run_tour(t, 1);
}

static void test_inv2(const struct guest_timer *t)
{
	run_tour(t, 2);
}

/*
 * INV-2 for a high line that the guest moves a little into the future. KVM may
 * end the run for the fall, and find the timer expired again when it fills in
 * the field: often where such a write traps, seldom where a host interrupt has
 * to come in the right moment.
 */
#define REARM_ROUNDS 2000

static void guest_rearm_soon(const struct guest_timer *t)
{
	unsigned int i;

	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	for (i = 0; i < REARM_ROUNDS; i++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + 2 * i % 4000);
		while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
			;
	}
	GUEST_DONE();
}

static void test_inv2_rearm(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_rearm_soon, t);
	unsigned int unchanged = 0, i;
	struct vcpu_exit x;

	/* Count them all, the rate is of interest. */
	run_check_only(1);
	for (i = 0; i < 10 * REARM_ROUNDS; i++) {
		x = run_once(vcpu);
		unchanged += x.forced && x.level == x.before;
		if (x.uc.cmd == UCALL_DONE)
			break;
	}
	assert_done(x);
	pr_info("%u forced exits in %u rounds did not change the field\n", unchanged,
		REARM_ROUNDS);
	TEST_ASSERT(!unchanged, "INV-2: forced exits that show nothing new");
	kvm_vm_free(vm);
}

static void test_inv3(const struct guest_timer *t)
{
	run_tour(t, 3);
}

/* INV-4: the same timer in a VM with a vgic is none of userspace's business */
static void guest_tour_vgic(const struct guest_timer *t)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(50));
		timer_set_ctl(t->timer, CTL_ENABLE);
		while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
			;
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
		GUEST_SYNC(i);
		timer_set_ctl(t->timer, 0);
	}
	GUEST_DONE();
}

static void run_vgic_tour(const struct guest_timer *t, u64 type)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	user_irq_require();
	__TEST_REQUIRE(vgic_supported(type), "host cannot create a vgic v%d",
		       type == KVM_DEV_TYPE_ARM_VGIC_V2 ? 2 : 3);
	vm = user_irq_vm_create_with_vcpus(1, guest_tour_vgic, &vcpu);
	vcpu_args_set(vcpu, 1, t);
	vgic_create(vm, type);
	run_expect_vgic(vm);
	run_check_only(4);

	for (i = 0; i < ROUNDS; i++) {
		x = run_once(vcpu);
		assert_sync(x, i);
	}
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);

	/* The next VM, perhaps at the same address, has none. */
	run_tour(t, 4);
}

static void test_vgic_v2(const struct guest_timer *t)
{
	run_vgic_tour(t, KVM_DEV_TYPE_ARM_VGIC_V2);
}

static void test_vgic_v3(const struct guest_timer *t)
{
	run_vgic_tour(t, KVM_DEV_TYPE_ARM_VGIC_V3);
}

/* INV-4: nor is the PMU's */
static void guest_overflow_vgic(void)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		guest_pmu_reset();
		guest_pmu_overflow();
		guest_psci(PSCI_0_2_FN_PSCI_VERSION);
		GUEST_SYNC(i);
	}
	GUEST_DONE();
}

static void test_vgic_pmu(const struct guest_timer *unused)
{
	u64 type = vgic_supported(KVM_DEV_TYPE_ARM_VGIC_V3) ? KVM_DEV_TYPE_ARM_VGIC_V3 :
							      KVM_DEV_TYPE_ARM_VGIC_V2;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	unsigned int i;

	(void)unused;
	__TEST_REQUIRE(vgic_supported(type), "host cannot create a vgic");
	vm = pmu_vm_create(&vcpu, guest_overflow_vgic);
	vgic_create(vm, type);
	vcpu_pmu_init_vgic(vcpu);
	run_expect_vgic(vm);
	run_check_only(4);
	for (i = 0; i < ROUNDS; i++)
		assert_sync(run_once(vcpu), i);
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

/* INV-5: as after every other subtest, but here it is the test */
static void test_host_log(const struct guest_timer *unused)
{
	(void)unused;
	__TEST_REQUIRE(host_log_readable(), "cannot read /dev/kmsg");
	user_irq_require_timer(&guest_ptimer);
	host_log_mark();
	run_tour(&guest_vtimer, 0);
	go = 0;
	run_tour(&guest_ptimer, 0);
	TEST_ASSERT(!host_log_check(), "the host kernel complained");
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("INV-1", "no bit above bit 2 of the field is ever set", test_inv1),
	TIMER_SUBTESTS("INV-2", "a forced exit shows another field than before", test_inv2),
	TIMER_SUBTESTS("INV-2.rearm", "nor when a high line is moved a little into the future",
		       test_inv2_rearm),
	TIMER_SUBTESTS("INV-3", "KVM_RUN gives 0 and a reason, or EINTR and KVM_EXIT_INTR",
		       test_inv3),
	TIMER_SUBTESTS("INV-4.vgic_v2", "with a vgic v2 no field and no forced exit", test_vgic_v2),
	TIMER_SUBTESTS("INV-4.vgic_v3", "with a vgic v3 no field and no forced exit", test_vgic_v3),
	{ "INV-4.pmu", "with a vgic the PMU shows in neither", test_vgic_pmu, NULL },
	{ "INV-5", "the host kernel does not complain", test_host_log, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
