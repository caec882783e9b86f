// SPDX-License-Identifier: GPL-2.0
/*
 * CAP: the capability, and what userspace may and may not do without a vgic.
 */
#include "guest_pmu.h"
#include "user_irqchip.h"

static u64 go;

static void guest_expire(const struct guest_timer *t)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + usec_to_cycles(100));
	timer_set_ctl(t->timer, CTL_ENABLE);
	while (!READ_ONCE(go))
		;
	timer_set_ctl(t->timer, 0);
	GUEST_SYNC(0);
	GUEST_DONE();
}

/* One expiry, up and down, by the book */
static void run_one_expiry(struct kvm_vm *vm, struct kvm_vcpu *vcpu, const struct guest_timer *t)
{
	struct vcpu_exit x;

	go = 0;
	sync_global_to_guest(vm, go);
	assert_forced(run_once(vcpu), t->level);
	go = 1;
	sync_global_to_guest(vm, go);
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, 0);
}

/* CAP-1 */
static void test_cap(const struct guest_timer *unused)
{
	struct kvm_vm *vm;

	(void)unused;
	user_irq_require();
	__TEST_REQUIRE(kvm_has_cap(KVM_CAP_CHECK_EXTENSION_VM),
		       "host has no KVM_CAP_CHECK_EXTENSION_VM");
	vm = vm_create_barebones();
	TEST_ASSERT(vm_check_cap(vm, KVM_CAP_ARM_USER_IRQ) > 0,
		    "KVM_CAP_ARM_USER_IRQ is %u on " KVM_DEV_PATH " and 0 on the VM",
		    kvm_check_cap(KVM_CAP_ARM_USER_IRQ));
	kvm_vm_free(vm);
}

/* CAP-2 */
static void test_sync_regs(const struct guest_timer *t)
{
	static const u64 regs[] = { 0, ~0ul };
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		vm = user_irq_vm_create(&vcpu, guest_expire, t);
		vcpu->run->kvm_valid_regs = regs[i & 1];
		vcpu->run->kvm_dirty_regs = regs[i >> 1];
		run_one_expiry(vm, vcpu, t);
		kvm_vm_free(vm);
	}
}

/* CAP-3 */
static void guest_timers_on(const struct guest_timer *unused)
{
	(void)unused;
	timer_set_cval(VIRTUAL, guest_far_future(&guest_vtimer));
	timer_set_cval(PHYSICAL, guest_far_future(&guest_ptimer));
	timer_set_ctl(VIRTUAL, CTL_ENABLE);
	timer_set_ctl(PHYSICAL, CTL_ENABLE);
	GUEST_ASSERT_EQ(timer_get_ctl(VIRTUAL), CTL_ENABLE);
	GUEST_ASSERT_EQ(timer_get_ctl(PHYSICAL), CTL_ENABLE);
	timer_set_cval(VIRTUAL, 0);
	GUEST_ASSERT_EQ(timer_get_ctl(VIRTUAL), CTL_ENABLE | CTL_ISTATUS);
	timer_set_cval(PHYSICAL, 0);
	GUEST_ASSERT_EQ(timer_get_ctl(PHYSICAL), CTL_ENABLE | CTL_ISTATUS);
	GUEST_DONE();
}

static void test_runs_with_timers(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	user_irq_require_timer(&guest_ptimer);
	vm = user_irq_vm_create(&vcpu, guest_timers_on, unused);
	x = run_past_forced(vcpu);
	assert_done(x);
	assert_level(x, guest_vtimer.level | guest_ptimer.level);
	kvm_vm_free(vm);
}

/* CAP-4: KVM_IRQ_LINE (api.rst 4.25) */
static u32 line(unsigned int type, unsigned int vcpu, unsigned int irq)
{
	return type << KVM_ARM_IRQ_TYPE_SHIFT | (vcpu & 0xff) << KVM_ARM_IRQ_VCPU_SHIFT |
	       (vcpu >> 8) << KVM_ARM_IRQ_VCPU2_SHIFT | irq << KVM_ARM_IRQ_NUM_SHIFT;
}

static void assert_refused(struct kvm_vm *vm, u32 irq, int err, const char *what)
{
	int level, ret;

	for (level = 0; level < 2; level++) {
		errno = 0;
		ret = _kvm_irq_line(vm, irq, level);
		TEST_ASSERT(ret == -1 && errno == err,
			    "KVM_IRQ_LINE, %s: irq %#x level %d gave %d, errno %d, expected errno %d",
			    what, irq, level, ret, errno, err);
	}
}

static void guest_isr(const struct guest_timer *unused)
{
	(void)unused;
	for (;;)
		GUEST_SYNC_ARGS(0, read_sysreg(isr_el1), 0, 0, 0);
}

static u64 pending_interrupts(struct kvm_vcpu *vcpu)
{
	struct vcpu_exit x = run_once(vcpu);

	assert_sync(x, 0);
	assert_level(x, 0);
	return x.uc.args[2] & (ISR_EL1_I | ISR_EL1_F);
}

static void test_irq_line_errors(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_isr, unused);
	unsigned int type;

	TEST_ASSERT_EQ(pending_interrupts(vcpu), 0ul);

	assert_refused(vm, line(KVM_ARM_IRQ_TYPE_CPU, 1, 0), EINVAL, "no such vCPU");
	assert_refused(vm, line(KVM_ARM_IRQ_TYPE_CPU, 255, 0), EINVAL, "no such vCPU");
	if (kvm_has_cap(KVM_CAP_ARM_IRQ_LINE_LAYOUT_2))
		assert_refused(vm, line(KVM_ARM_IRQ_TYPE_CPU, 256, 0), EINVAL, "no vCPU 256");
	assert_refused(vm, line(KVM_ARM_IRQ_TYPE_CPU, 0, KVM_ARM_IRQ_CPU_FIQ + 1), EINVAL,
		       "CPU interrupt beyond FIQ");
	assert_refused(vm, line(KVM_ARM_IRQ_TYPE_PPI, 0, 27), ENXIO, "PPI without a vgic");
	assert_refused(vm, line(KVM_ARM_IRQ_TYPE_SPI, 0, 32), ENXIO, "SPI without a vgic");
	for (type = KVM_ARM_IRQ_TYPE_PPI + 1; type <= KVM_ARM_IRQ_TYPE_MASK; type++)
		assert_refused(vm, line(type, 0, 0), EINVAL, "unknown type");
	TEST_ASSERT_EQ(pending_interrupts(vcpu), 0ul);

	/* And the line of the vCPU that exists does what it is for. */
	kvm_irq_line(vm, line(KVM_ARM_IRQ_TYPE_CPU, 0, KVM_ARM_IRQ_CPU_IRQ), 1);
	TEST_ASSERT_EQ(pending_interrupts(vcpu), ISR_EL1_I);
	assert_refused(vm, line(KVM_ARM_IRQ_TYPE_CPU, 1, 0), EINVAL, "no such vCPU");
	TEST_ASSERT_EQ(pending_interrupts(vcpu), ISR_EL1_I);
	kvm_irq_line(vm, line(KVM_ARM_IRQ_TYPE_CPU, 0, KVM_ARM_IRQ_CPU_IRQ), 0);
	kvm_irq_line(vm, line(KVM_ARM_IRQ_TYPE_CPU, 0, KVM_ARM_IRQ_CPU_FIQ), 1);
	TEST_ASSERT_EQ(pending_interrupts(vcpu), ISR_EL1_F);
	kvm_vm_free(vm);
}

/*
 * CAP-4: which vCPU a number means, with vCPUs 3 and 1 in that order: the id,
 * but up to Linux 6.6 the index in the order of creation. Where there are ids for
 * which KVM_IRQ_LINE has a second field, one of those instead of 3.
 */
static void test_irq_line_vcpu(const struct guest_timer *unused)
{
	struct kvm_vcpu *first, *second;
	struct kvm_vm *vm;
	u32 id = 3;
	bool by_id;

	(void)unused;
	user_irq_require();
	vm = user_irq_vm_create_empty(2);
	if (kvm_has_cap(KVM_CAP_ARM_IRQ_LINE_LAYOUT_2) && kvm_check_cap(KVM_CAP_MAX_VCPUS) > 259)
		id = 259;
	first = user_irq_vcpu_add(vm, id, NULL, guest_isr);
	second = user_irq_vcpu_add(vm, 1, NULL, guest_isr);

	by_id = !_kvm_irq_line(vm, line(KVM_ARM_IRQ_TYPE_CPU, id, 0), 1);
	pr_info("KVM_IRQ_LINE takes a vCPU's %s\n", by_id ? "id" : "index");
	TEST_ASSERT(by_id || host_release() < RELEASE(6, 7), "the index is for Linux before 6.7");
	if (by_id) {
		assert_refused(vm, line(KVM_ARM_IRQ_TYPE_CPU, 0, 0), EINVAL, "no vCPU with id 0");
	} else {
		TEST_ASSERT(errno == EINVAL, "KVM_IRQ_LINE of vCPU %u: errno %d", id, errno);
		kvm_irq_line(vm, line(KVM_ARM_IRQ_TYPE_CPU, 0, 0), 1);
	}
	assert_refused(vm, line(KVM_ARM_IRQ_TYPE_CPU, 2, 0), EINVAL, "no vCPU 2");
	TEST_ASSERT_EQ(pending_interrupts(first), ISR_EL1_I);
	TEST_ASSERT_EQ(pending_interrupts(second), 0ul);

	kvm_irq_line(vm, line(KVM_ARM_IRQ_TYPE_CPU, by_id ? id : 0, 0), 0);
	kvm_irq_line(vm, line(KVM_ARM_IRQ_TYPE_CPU, 1, 0), 1);
	TEST_ASSERT_EQ(pending_interrupts(first), 0ul);
	TEST_ASSERT_EQ(pending_interrupts(second), ISR_EL1_I);
	kvm_vm_free(vm);
}

/* CAP-5: wires to an interrupt controller that does not exist */
static void test_timer_irq_attr(const struct guest_timer *t)
{
	u64 attr = t == &guest_vtimer ? KVM_ARM_VCPU_TIMER_IRQ_VTIMER :
					KVM_ARM_VCPU_TIMER_IRQ_PTIMER;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_expire, t);
	int irq = -1, other = 20, now = -1;

	TEST_ASSERT(!__vcpu_device_attr_get(vcpu, KVM_ARM_VCPU_TIMER_CTRL, attr, &irq),
		    "the timer's IRQ number is not readable: errno %d", errno);
	TEST_ASSERT(irq >= 16 && irq < 32, "the timer's IRQ number is %d, not a PPI", irq);
	TEST_ASSERT(__vcpu_device_attr_set(vcpu, KVM_ARM_VCPU_TIMER_CTRL, attr, &other) == -1 &&
		    errno == EINVAL, "setting it without a vgic: errno %d, expected EINVAL", errno);
	TEST_ASSERT(!__vcpu_device_attr_get(vcpu, KVM_ARM_VCPU_TIMER_CTRL, attr, &now),
		    "the timer's IRQ number is not readable: errno %d", errno);
	TEST_ASSERT_EQ(now, irq);
	run_one_expiry(vm, vcpu, t);
	kvm_vm_free(vm);
}

static void test_pmu_irq_attr(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_create(&vcpu, guest_expire);
	int irq = 23;

	(void)unused;
	TEST_ASSERT(!__vcpu_has_device_attr(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL,
					    KVM_ARM_VCPU_PMU_V3_IRQ),
		    "the PMU's IRQ is no attribute: errno %d", errno);
	TEST_ASSERT(__vcpu_device_attr_get(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL,
					   KVM_ARM_VCPU_PMU_V3_IRQ, &irq) == -1 && errno == EINVAL,
		    "reading the PMU's IRQ without a vgic: errno %d, expected EINVAL", errno);
	TEST_ASSERT(__vcpu_device_attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL,
					   KVM_ARM_VCPU_PMU_V3_IRQ, &irq) == -1 && errno == EINVAL,
		    "setting the PMU's IRQ without a vgic: errno %d, expected EINVAL", errno);
	vcpu_pmu_init(vcpu);
	vcpu_args_set(vcpu, 1, &guest_vtimer);
	/* A vCPU with a number, but no vgic, does not run. */
	run_one_expiry(vm, vcpu, &guest_vtimer);
	kvm_vm_free(vm);
}

/* CAP-6: bits of devices that the VM has not */
static void test_absent_devices(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_expire, t);
	struct vcpu_exit x;

	vcpu->run->s.regs.device_irq_level = DEVICE_IRQ_ALL;
	assert_forced(run_once(vcpu), 0);
	assert_forced(run_once(vcpu), t->level);

	vcpu->run->s.regs.device_irq_level = DEVICE_IRQ_ALL;
	assert_forced(run_once(vcpu), t->level);
	go = 1;
	sync_global_to_guest(vm, go);
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, 0);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	{ "CAP-1", "the capability is there, on /dev/kvm and on the VM", test_cap, NULL },
	TIMER_SUBTESTS("CAP-2", "the field works whatever kvm_valid_regs and kvm_dirty_regs",
		       test_sync_regs),
	{ "CAP-3", "a VM without vgic runs with its timers enabled", test_runs_with_timers, NULL },
	{ "CAP-4.errors", "KVM_IRQ_LINE refuses what it must, and nothing changes",
	  test_irq_line_errors, NULL },
	{ "CAP-4.vcpu", "KVM_IRQ_LINE reaches the vCPU it names", test_irq_line_vcpu, NULL },
	TIMER_SUBTESTS("CAP-5", "the timer's IRQ number is read-only without a vgic",
		       test_timer_irq_attr),
	{ "CAP-5.pmu", "the PMU's IRQ is neither read nor set without a vgic",
	  test_pmu_irq_attr, NULL },
	TIMER_SUBTESTS("CAP-6", "no bit of a device that the VM has not", test_absent_devices),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
