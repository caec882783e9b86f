// SPDX-License-Identifier: GPL-2.0
/*
 * The library's own guarantees. Subtests in FAIL-* and HANG-* fail on purpose:
 * tests/check.d looks at how they do.
 */
#include <signal.h>

#include "user_irq.h"

static void guest_done(const struct guest_timer *unused)
{
	(void)unused;
	GUEST_DONE();
}

static void test_pass(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_done, t);

	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

static void test_skip(const struct guest_timer *unused)
{
	(void)unused;
	__TEST_REQUIRE(false, "this host has no %s", "purple");
}

static void test_assert_fails(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;

	user_irq_vm_create(&vcpu, guest_done, t);
	assert_sync(run_once(vcpu), 7);
}

static void guest_assert_fails(const struct guest_timer *unused)
{
	(void)unused;
	GUEST_ASSERT_EQ(1 + 1, 3);
	GUEST_DONE();
}

static void test_guest_assert_fails(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;

	user_irq_vm_create(&vcpu, guest_assert_fails, t);
	run_once(vcpu);
}

static void guest_jump_to_null(const struct guest_timer *unused)
{
	void (*volatile nowhere)(void) = NULL;

	(void)unused;
	nowhere();
}

static void test_exception(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;

	user_irq_vm_create(&vcpu, guest_jump_to_null, t);
	run_once(vcpu);
}

static void guest_mmio(const struct guest_timer *unused)
{
	(void)unused;
	writel(0x1234, test_mmio);
}

static void test_unexpected_exit(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;

	user_irq_vm_create(&vcpu, guest_mmio, t);
	assert_done(run_once(vcpu));
}

static void test_crash(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;

	user_irq_vm_create(&vcpu, guest_mmio, t);
	run_once(vcpu);
	raise(SIGSEGV);
}

/* An EINTR that the run path knows no signal for: somebody else's handler ran. */
static void foreign_handler(int sig)
{
	(void)sig;
}

static void guest_spin(const struct guest_timer *unused)
{
	(void)unused;
	for (;;)
		cpu_relax();
}

static void test_violated_invariant(const struct guest_timer *t)
{
	struct sigaction sa = { .sa_handler = foreign_handler };
	struct kvm_vcpu *vcpu;

	user_irq_vm_create(&vcpu, guest_spin, t);
	sigaction(SIGALRM, &sa, NULL);
	ualarm(10000, 10000);
	run_once(vcpu);
}

static void test_hang(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;

	user_irq_vm_create(&vcpu, guest_spin, t);
	run_waiting_for("godot");
	run_once(vcpu);
}

static const struct subtest subtests[] = {
	{ "PASS", "a subtest that passes", test_pass, NULL },
	{ "SKIP", "a subtest that cannot run here", test_skip, NULL },
	{ "FAIL-assert", "a host assertion", test_assert_fails, NULL },
	{ "FAIL-guest_assert", "a guest assertion", test_guest_assert_fails, NULL },
	{ "FAIL-exception", "an unhandled exception in the guest", test_exception, NULL },
	{ "FAIL-exit", "an exit that the test does not expect", test_unexpected_exit, NULL },
	{ "FAIL-crash", "a test that crashes", test_crash, NULL },
	{ "FAIL-invariant", "an EINTR without a reason", test_violated_invariant, NULL },
	{ "HANG-guest", "a KVM_RUN that does not return", test_hang, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
