// SPDX-License-Identifier: GPL-2.0
/*
 * REG: registers written by userspace, and KVM_ARM_VCPU_INIT again.
 */
#include "guest_pmu.h"
#include "user_irqchip.h"
#include "vcpu_thread.h"
#include "kernel_vgic.h"

static u64 go;

static void require_timer_regs(struct kvm_vcpu *vcpu, const struct guest_timer *t)
{
	u64 ctl;

	TEST_REQUIRE_SINCE(6, 4, !__vcpu_get_reg(vcpu, t->ctl_reg, &ctl),
			   "host has no ONE_REG for the %s", t->name);
}

static void guest_wait(const struct guest_timer *t)
{
	GUEST_SYNC(0);
	while (!READ_ONCE(go))
		;
	GUEST_ASSERT_EQ(timer_get_ctl(t->timer), CTL_ENABLE);
	GUEST_DONE();
}

/* REG-1: CTL and CVAL of a stopped vCPU */
static void test_set_timer(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_wait, t);
	struct vcpu_exit x;

	require_timer_regs(vcpu, t);
	x = run_once(vcpu);
	assert_sync(x, 0);
	assert_level(x, 0);
	vcpu_run_complete_io(vcpu);

	vcpu_set_reg(vcpu, t->cval_reg, 0);
	vcpu_set_reg(vcpu, t->ctl_reg, CTL_ENABLE);
	assert_told_first(vcpu, t->level);
	vcpu_set_reg(vcpu, t->ctl_reg, CTL_ENABLE | CTL_IMASK);
	assert_told_first(vcpu, 0);
	vcpu_set_reg(vcpu, t->ctl_reg, CTL_ENABLE);
	assert_told_first(vcpu, t->level);
	vcpu_set_reg(vcpu, t->cval_reg, vcpu_get_cnt(vcpu, t) + msec_to_cycles(300 * 1000));
	assert_told_first(vcpu, 0);
	vcpu_set_reg(vcpu, t->cval_reg, 0);
	assert_told_first(vcpu, t->level);
	vcpu_set_reg(vcpu, t->ctl_reg, 0);
	assert_told_first(vcpu, 0);

	/* ISTATUS, which a saved CTL may have, is nothing that can be set. */
	vcpu_set_reg(vcpu, t->cval_reg, vcpu_get_cnt(vcpu, t) + msec_to_cycles(300 * 1000));
	vcpu_set_reg(vcpu, t->ctl_reg, CTL_ENABLE | CTL_ISTATUS);
	go = 1;
	sync_global_to_guest(vm, go);
	x = run_once(vcpu);
	assert_done(x);
	assert_level(x, 0);
	kvm_vm_free(vm);
}

/* REG-3: the counter moves the expiry to and fro */
static void guest_arm_far(const struct guest_timer *t)
{
	u64 cval = guest_far_future(t);

	timer_set_cval(t->timer, cval);
	timer_set_ctl(t->timer, CTL_ENABLE);
	GUEST_SYNC_ARGS(0, cval, 0, 0, 0);
	GUEST_ASSERT_EQ(timer_get_cval(t->timer), cval);
	GUEST_SYNC(1);
	GUEST_ASSERT_EQ(timer_get_cval(t->timer), cval);
	GUEST_DONE();
}

static void set_counter_reg(struct kvm_vcpu *vcpu, const struct guest_timer *t, u64 value)
{
	vcpu_set_reg(vcpu, t->cnt_reg, value);
}

/* The VM's offset stays, whatever a register says and whoever joins (api.rst 4.138). */
static void set_counter_offset(struct kvm_vcpu *vcpu, const struct guest_timer *t, u64 value)
{
	static u32 nr_vcpus = 1;

	user_irq_set_counter_offset(vcpu->vm, timer_get_cntct(VIRTUAL) - value);
	vcpu_set_reg(vcpu, t->cnt_reg, timer_get_cntct(VIRTUAL));
	user_irq_vcpu_add(vcpu->vm, nr_vcpus++, NULL, guest_arm_far);
}

/* @set_counter makes the counter that the timer compares with @value, or little more. */
static void check_set_counter(const struct guest_timer *t,
			      void (*set_counter)(struct kvm_vcpu *vcpu,
						  const struct guest_timer *t, u64 value))
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_arm_far, t);
	struct vcpu_exit x;
	u64 cval, start;

	require_timer_regs(vcpu, t);
	x = run_once(vcpu);
	assert_sync(x, 0);
	assert_level(x, 0);
	cval = x.uc.args[2];
	vcpu_run_complete_io(vcpu);

	start = vcpu_get_cnt(vcpu, t);
	set_counter(vcpu, t, cval);
	assert_told_first(vcpu, t->level);
	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, t->level);
	vcpu_run_complete_io(vcpu);

	set_counter(vcpu, t, start);
	assert_told_first(vcpu, 0);
	x = run_once(vcpu);
	assert_done(x);
	assert_level(x, 0);
	kvm_vm_free(vm);
}

static void test_set_counter(const struct guest_timer *t)
{
	check_set_counter(t, set_counter_reg);
}

static void test_set_offset(const struct guest_timer *t)
{
	check_set_counter(t, set_counter_offset);
}

/* REG-4: KVM_ARM_VCPU_INIT again turns the timers off */
static void guest_raise_and_sync(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	for (;;)
		GUEST_SYNC(0);
}

static void guest_check_off(const struct guest_timer *t)
{
	GUEST_ASSERT_EQ(timer_get_ctl(t->timer) & (CTL_ENABLE | CTL_IMASK), 0);
	GUEST_SYNC(1);
	guest_raise_and_sync(t);
}

/* @guest_code looks around, GUEST_SYNC(1)s, and raises the line again. */
static void check_init_again(struct kvm_vm *vm, struct kvm_vcpu *vcpu, u64 level,
			     const struct kvm_vcpu_init *init, void *guest_code,
			     const struct guest_timer *t)
{
	struct vcpu_exit x;

	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, level);

	/* An MMIO exit that is still to be completed would move the PC after the reset. */
	vcpu_run_complete_io(vcpu);
	vcpu_init_again(vcpu, init, guest_code);
	vcpu_args_set(vcpu, 1, t);
	x = run_past_forced(vcpu);
	assert_sync(x, 1);
	assert_level(x, 0);
	assert_nr_forced(x, 1);

	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, level);
	kvm_vm_free(vm);
}

static void test_init_again(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_raise_and_sync, t);

	check_init_again(vm, vcpu, t->level, NULL, guest_check_off, t);
}

/* REG-4: after which a vCPU runs that PSCI has stopped */
static void guest_raise_and_reset(const struct guest_timer *t)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	guest_psci(PSCI_0_2_FN_SYSTEM_RESET);
}

static void test_init_after_reset(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_raise_and_reset, t);
	struct vcpu_exit x;

	x = run_past_forced(vcpu);
	assert_reason(x, KVM_EXIT_SYSTEM_EVENT);
	assert_level(x, t->level);

	vcpu_init_again(vcpu, NULL, guest_check_off);
	vcpu_args_set(vcpu, 1, t);
	run_waiting_for("a vCPU to run after its reset");
	x = run_past_forced(vcpu);
	assert_sync(x, 1);
	assert_level(x, 0);
	kvm_vm_free(vm);
}

/* REG-4: or not, if it is to be off. */
static void assert_off(struct kvm_vcpu *vcpu)
{
	struct vcpu_exit x;
	u64 pc = vcpu_get_pc(vcpu);

	run_signal_in(10000);
	x = run_past_forced(vcpu);
	assert_signal(x);
	assert_level(x, 0);
	TEST_ASSERT_EQ(vcpu_get_pc(vcpu), pc);
	run_consume_signal();
}

static void test_init_off(const struct guest_timer *t)
{
	static const struct kvm_vcpu_init off = { .features[0] = 1u << KVM_ARM_VCPU_POWER_OFF };
	struct kvm_mp_state on = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	user_irq_require_timer(t);
	vm = user_irq_vm_create_empty(1);
	vcpu = user_irq_vcpu_add(vm, 0, &off, guest_raise_and_sync);
	vcpu_args_set(vcpu, 1, t);
	run_take_signal(vcpu);
	assert_off(vcpu);
	vcpu_mp_state_set(vcpu, &on);
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, t->level);

	vcpu_run_complete_io(vcpu);
	vcpu_init_again(vcpu, &off, guest_raise_and_sync);
	vcpu_args_set(vcpu, 1, t);
	assert_off(vcpu);
	kvm_vm_free(vm);
}

/* REG-4: and the PMU off, whose other registers keep what raises its line. */
static void guest_raise_pmu(void)
{
	guest_pmu_start_cycles(PMCR_LC, 0);
	guest_pmu_overflow();
	GUEST_SYNC(0);
	GUEST_DONE();
}

static void guest_after_init(void)
{
	guest_pmu_assert_stopped();
	GUEST_SYNC(1);
	guest_raise_pmu();
}

static void test_init_again_pmu(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_raise_pmu);

	check_init_again(vm, vcpu, KVM_ARM_DEV_PMU, &pmu_features, guest_after_init, unused);
}

/* The first KVM_RUN of a vCPU whose PMU is not initialised */
static void fail_first_run(struct kvm_vcpu *vcpu)
{
	TEST_REQUIRE_SINCE(6, 1, __vcpu_run(vcpu) == -1 && errno == EINVAL,
			   "host does not refuse to run a PMU that is not initialised");
}

/* REG-4: after a first KVM_RUN that failed. CVE-2024-53195: a WARN in the host's log. */
static void test_init_after_failed_run(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	user_irq_require_timer(t);
	vm = pmu_vm_create(&vcpu, guest_check_off);
	fail_first_run(vcpu);
	vcpu_init_again(vcpu, &pmu_features, guest_check_off);
	vcpu_pmu_init(vcpu);
	vcpu_args_set(vcpu, 1, t);
	x = run_past_forced(vcpu);
	assert_sync(x, 1);
	assert_level(x, 0);
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, t->level);
	kvm_vm_free(vm);
}

/*
 * REG-7: a first KVM_RUN that failed decides nothing: with a vgic created after
 * it, the timer's line goes there. Bug B07.
 */
#define GICD_ISPENDR0	0x200
#define GICR_ISPENDR0	0x10200		/* in the second frame of a redistributor */

static void guest_expire_and_look(const struct guest_timer *t, volatile u32 *ispendr0)
{
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, CTL_ENABLE);
	/* The next entry finds the line high, whatever told KVM of it before. */
	GUEST_SYNC(0);
	GUEST_SYNC(readl(ispendr0));
}

static bool vgic_sees_line(const struct guest_timer *t, bool failed_run)
{
	bool v3 = vgic_supported(KVM_DEV_TYPE_ARM_VGIC_V3);
	u64 type = v3 ? KVM_DEV_TYPE_ARM_VGIC_V3 : KVM_DEV_TYPE_ARM_VGIC_V2;
	u64 attr = t == &guest_vtimer ? KVM_ARM_VCPU_TIMER_IRQ_VTIMER :
					KVM_ARM_VCPU_TIMER_IRQ_PTIMER;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	u32 ppi;

	__TEST_REQUIRE(vgic_supported(type), "host cannot create a vgic");
	vm = pmu_vm_create(&vcpu, guest_expire_and_look);
	vcpu_args_set(vcpu, 2, t, v3 ? VGIC_REDIST_GPA + GICR_ISPENDR0 :
				       VGIC_DIST_GPA + GICD_ISPENDR0);
	if (failed_run)
		fail_first_run(vcpu);

	vgic_create(vm, type);
	run_expect_vgic(vm);
	vcpu_pmu_init_vgic(vcpu);
	TEST_ASSERT(!__vcpu_device_attr_get(vcpu, KVM_ARM_VCPU_TIMER_CTRL, attr, &ppi),
		    "the IRQ of the %s: errno %d", t->name, errno);
	assert_sync(run_once(vcpu), 0);
	x = run_once(vcpu);
	TEST_ASSERT(x.uc.cmd == UCALL_SYNC, "the guest did not read ISPENDR0");
	kvm_vm_free(vm);
	return x.uc.args[1] & 1ul << ppi;
}

static void test_vgic_after_failed_run(const struct guest_timer *t)
{
	TEST_ASSERT(vgic_sees_line(t, false), "no line at the vgic in any VM");
	TEST_ASSERT(vgic_sees_line(t, true), "no line at the vgic after a KVM_RUN that failed");
}

/*
 * REG-8: the counter of the whole VM, moved through another vCPU while this one
 * has its timer loaded. Bug B06 needs a counter that was not moved before, so
 * each try is a VM of its own; and a vCPU that keeps its CPU, so not all hit.
 */
#define COUNTER_TRIES 5

static u64 far_cval;

static void guest_arm_and_spin(const struct guest_timer *t)
{
	u64 cval = guest_far_future(t);

	timer_set_cval(t->timer, cval);
	timer_set_ctl(t->timer, CTL_ENABLE);
	WRITE_ONCE(far_cval, cval);
	while (!READ_ONCE(go))
		;
	GUEST_SYNC(timer_get_cval(t->timer));
}

static void run_until_stopped(struct vcpu_thread *thread)
{
	u64 *levels = thread->arg;

	do {
		*levels |= run_once(thread->vcpu).level;
	} while (!vcpu_thread_stopping(thread));
}

/* Does CVAL stay what the guest made it, for KVM and for the guest, and the line low? */
static bool keeps_cval(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu, *other;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_arm_and_spin, t);
	struct vcpu_thread thread;
	u64 want, cval, levels = 0;
	struct vcpu_exit x;

	other = user_irq_vcpu_add(vm, 1, NULL, guest_arm_and_spin);
	require_timer_regs(vcpu, t);

	vcpu_thread_start(&thread, vcpu, run_until_stopped, &levels, 0);
	guest_u64_wait(vm, &far_cval, 1);
	/* Back, so that the timer remains far from expiry. */
	vcpu_set_reg(other, t->cnt_reg, vcpu_get_cnt(other, t) / 2);
	vcpu_thread_stop(&thread);

	want = guest_u64_read(vm, &far_cval);
	TEST_ASSERT(!__vcpu_get_reg(vcpu, t->cval_reg, &cval), "KVM_GET_ONE_REG CVAL");
	go = 1;
	sync_global_to_guest(vm, go);
	x = run_past_forced(vcpu);
	TEST_ASSERT(x.uc.cmd == UCALL_SYNC, "the guest did not tell its CVAL");
	levels |= x.level;
	kvm_vm_free(vm);
	/* Each forced exit tells of a level, even if of one that is gone. */
	if (cval == want && x.uc.args[1] == want && !levels && !x.nr_forced)
		return true;
	pr_info("CVAL %#lx is %#lx for KVM, %#lx for the guest, field %#lx, %u forced exits\n",
		want, cval, x.uc.args[1], levels, x.nr_forced);
	return false;
}

static void test_move_counter(const struct guest_timer *t)
{
	unsigned int i, lost = 0;

	host_cpu_require(2);
	host_cpu_pin(1);
	for (i = 0; i < COUNTER_TRIES; i++)
		lost += !keeps_cval(t);
	TEST_ASSERT(!lost, "%u of %u times CVAL was lost or the line rose", lost, COUNTER_TRIES);
}

/*
 * REG-8.busy: a counter offset of the whole VM is none for a vCPU whose timers are loaded
 * (Documentation/virt/kvm/api.rst, KVM_ARM_SET_COUNTER_OFFSET). The other vCPU is the first
 * that KVM locks, and has to unlock again.
 */
static void test_offset_busy(const struct guest_timer *t)
{
	u64 ahead = 1ul << 62, levels = 0, want, cval;
	struct kvm_vcpu *other, *vcpu;
	struct vcpu_thread thread;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	int ret, err;

	vm = user_irq_vm_create(&other, guest_arm_and_spin, t);
	vcpu = user_irq_vcpu_add(vm, 1, NULL, guest_arm_and_spin);
	vcpu_args_set(vcpu, 1, t);

	vcpu_thread_start(&thread, vcpu, run_until_stopped, &levels, HOST_CPU_ANY);
	guest_u64_wait(vm, &far_cval, 1);
	ret = __user_irq_set_counter_offset(vm, -ahead);
	err = ret ? errno : 0;
	vcpu_thread_stop(&thread);
	TEST_ASSERT(ret == -1 && err == EBUSY,
		    "KVM_ARM_SET_COUNTER_OFFSET beside a KVM_RUN: rc %d errno %d", ret, err);
	TEST_ASSERT(vcpu_get_cnt(vcpu, t) < ahead && vcpu_get_cnt(other, t) < ahead,
		    "refused, and yet the counter has moved");
	TEST_ASSERT(!levels, "field %#lx, though the timer is far from its expiry", levels);

	/* Back: the timer remains far from it. */
	user_irq_set_counter_offset(vm, timer_get_cntct(VIRTUAL));
	want = guest_u64_read(vm, &far_cval);
	TEST_ASSERT(!__vcpu_get_reg(vcpu, t->cval_reg, &cval), "KVM_GET_ONE_REG CVAL");
	TEST_ASSERT_EQ(cval, want);
	go = 1;
	sync_global_to_guest(vm, go);
	x = run_once(vcpu);
	assert_sync(x, want);
	assert_level(x, 0);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("REG-1", "CTL and CVAL set by userspace are told before the guest runs",
		       test_set_timer),
	TIMER_SUBTESTS("REG-3", "a counter set by userspace moves the expiry both ways",
		       test_set_counter),
	TIMER_SUBTESTS("REG-3.offset", "a counter offset of the VM does so too", test_set_offset),
	TIMER_SUBTESTS("REG-4", "KVM_ARM_VCPU_INIT again turns the timer off", test_init_again),
	TIMER_SUBTESTS("REG-4.reset", "a vCPU runs that is INITed after its SYSTEM_RESET",
		       test_init_after_reset),
	TIMER_SUBTESTS("REG-4.off", "a vCPU that is INITed to be off does not, with its timer off",
		       test_init_off),
	{ "REG-4.pmu", "KVM_ARM_VCPU_INIT again turns the PMU off", test_init_again_pmu, NULL },
	TIMER_SUBTESTS("REG-4.failed_run", "KVM_ARM_VCPU_INIT again after a failed first run",
		       test_init_after_failed_run),
	TIMER_SUBTESTS("REG-7", "a vgic created after a failed first run gets the timer's line",
		       test_vgic_after_failed_run),
	TIMER_SUBTESTS("REG-8", "a vCPU that runs while the VM's counter is moved keeps its CVAL",
		       test_move_counter),
	TIMER_SUBTESTS("REG-8.busy", "a counter offset is refused while a vCPU of the VM runs",
		       test_offset_busy),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
