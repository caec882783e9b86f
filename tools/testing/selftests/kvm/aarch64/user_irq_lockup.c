// SPDX-License-Identifier: GPL-2.0
/*
 * PRG-6, alone and not part of a run of the suite: on the kernels that break
 * this promise a CPU of the host is lost until the next boot.
 */
#include "user_irq.h"
#include "vcpu_thread.h"

static void guest_expired_ptimer(void)
{
	timer_set_cval(PHYSICAL, 0);
	timer_set_ctl(PHYSICAL, CTL_ENABLE);
	for (;;)
		cpu_relax();
}

static bool destructive;

static void test_host_survives(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	(void)unused;
	__TEST_REQUIRE(destructive, "may lock up the host: --destructive runs it");
	user_irq_require();
	__TEST_REQUIRE(!host_has_vgic(), "the host's GIC has a vgic");
	/* CPU 0 of the host is needed to report what has become of the other. */
	host_cpu_require(2);
	host_cpu_pin(1);
	vm = user_irq_vm_create_with_vcpus(1, guest_expired_ptimer, &vcpu);
	run_waiting_for("the forced exit for the expired ptimer");
	assert_forced(run_once(vcpu), guest_ptimer.level);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	{ "PRG-6", "an expired ptimer does not lock up a host without vgic",
	  test_host_survives, NULL },
};

static const struct subtest_option options[] = {
	{ .name = "destructive", .words = "run what may lock up the host", .flag = &destructive },
	{}
};

int main(int argc, char **argv)
{
	return subtest_main_with(argc, argv, subtests, ARRAY_SIZE(subtests), options);
}
