// SPDX-License-Identifier: GPL-2.0
#include "user_irq.h"

static volatile u64 go;

static void guest_spin(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(100));
	timer_set_ctl(t->timer, CTL_ENABLE);
	while (!go)
		;
	GUEST_DONE();
}

static void test_spin(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_spin, t);
	struct vcpu_exit x;

	x = run_once(vcpu);
	assert_forced(x, t->level);

	go = 1;
	sync_global_to_guest(vm, go);
	x = run_once(vcpu);
	assert_done(x);
	assert_level(x, t->level);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("EXIT-1", "expiry while the guest spins forces one exit", test_spin),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
