// SPDX-License-Identifier: GPL-2.0
/*
 * EXIT-8, EXIT-9: the field is true on every way out of KVM_RUN.
 */
#include <signal.h>
#include <time.h>

#include "guest_pmu.h"
#include "user_irq.h"

/* Linux 6.4 */
#ifndef KVM_ARM_VM_SMCCC_CTRL
#define KVM_ARM_VM_SMCCC_CTRL	0
#define KVM_ARM_VM_SMCCC_FILTER	0
#define KVM_SMCCC_FILTER_FWD_TO_USER 2
struct kvm_smccc_filter {
	__u32 base;
	__u32 nr_functions;
	__u8 action;
	__u8 pad[15];
};
#endif

/* An OEM's service, which KVM has nothing of (SMCCC 6) */
#define HYPERCALL 0x83000000u

/* Set by the host in the guest's copy: the level to leave with. */
static u64 leave_high;

/* Set by the guest once its timer is in that state. */
static u64 level_set;

static u64 go;

/*
 * The guest comes to its way out from the opposite level, of which userspace
 * has been told. Pages are touched before, lest a fault tells of the change.
 */
static void guest_set_opposite(const struct guest_timer *t)
{
	WRITE_ONCE(level_set, 0);
	timer_set_cval(t->timer, 0);
	timer_set_ctl(t->timer, READ_ONCE(leave_high) ? 0 : CTL_ENABLE);
	GUEST_SYNC(0);
}

static void guest_set_level(const struct guest_timer *t)
{
	guest_set_opposite(t);
	timer_set_ctl(t->timer, READ_ONCE(leave_high) ? CTL_ENABLE : 0);
	WRITE_ONCE(level_set, 1);
}

static void run_to_sync(struct kvm_vm *vm, struct kvm_vcpu *vcpu, const struct guest_timer *t,
			bool high)
{
	struct vcpu_exit x;

	leave_high = high;
	sync_global_to_guest(vm, leave_high);
	x = run_past_forced(vcpu);
	assert_sync(x, 0);
	assert_level(x, high ? 0 : t->level);
}

static struct kvm_vm *create_and_run_to_sync(struct kvm_vcpu **vcpu, void *guest_code,
					     const struct guest_timer *t, bool high)
{
	struct kvm_vm *vm = user_irq_vm_create(vcpu, guest_code, t);

	run_to_sync(vm, *vcpu, t, high);
	return vm;
}

/* KVM_EXIT_SYSTEM_EVENT; the page of guest_psci() is touched before, too */
static void guest_system_off(const struct guest_timer *t)
{
	guest_psci(PSCI_0_2_FN_PSCI_VERSION);
	guest_set_level(t);
	guest_psci(PSCI_0_2_FN_SYSTEM_OFF);
}

static void guest_system_reset(const struct guest_timer *t)
{
	guest_psci(PSCI_0_2_FN_PSCI_VERSION);
	guest_set_level(t);
	guest_psci(PSCI_0_2_FN_SYSTEM_RESET);
}

static void test_system_event(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		bool high = i & 1, reset = i & 2;

		vm = create_and_run_to_sync(&vcpu, reset ? guest_system_reset : guest_system_off,
					    t, high);
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_SYSTEM_EVENT);
		TEST_ASSERT_EQ(vcpu->run->system_event.type,
			       (u32)(reset ? KVM_SYSTEM_EVENT_RESET : KVM_SYSTEM_EVENT_SHUTDOWN));
		assert_level(x, high ? t->level : 0);
		kvm_vm_free(vm);
	}
}

/* KVM_EXIT_HYPERCALL: a call that the VM's filter gives to userspace */
static void guest_hypercall(const struct guest_timer *t)
{
	guest_psci(PSCI_0_2_FN_PSCI_VERSION);
	guest_set_level(t);
	guest_psci(HYPERCALL);
	GUEST_DONE();
}

static void test_hypercall(const struct guest_timer *t)
{
	struct kvm_smccc_filter filter = {
		.base = HYPERCALL, .nr_functions = 1, .action = KVM_SMCCC_FILTER_FWD_TO_USER,
	};
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	unsigned int high;
	struct kvm_vm *vm;

	for (high = 0; high < 2; high++) {
		vm = user_irq_vm_create(&vcpu, guest_hypercall, t);
		__TEST_REQUIRE(!__kvm_has_device_attr(vm->fd, KVM_ARM_VM_SMCCC_CTRL,
						      KVM_ARM_VM_SMCCC_FILTER),
			       "host has no KVM_ARM_VM_SMCCC_FILTER (Linux 6.4)");
		kvm_device_attr_set(vm->fd, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER,
				    &filter);
		run_to_sync(vm, vcpu, t, high);
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_HYPERCALL);
		TEST_ASSERT_EQ(vcpu->run->hypercall.nr, (u64)HYPERCALL);
		assert_level(x, high ? t->level : 0);
		x = run_once(vcpu);
		assert_done(x);
		assert_level(x, high ? t->level : 0);
		kvm_vm_free(vm);
	}
}

/* KVM_EXIT_ARM_NISV: an access that KVM cannot decode */
static void guest_nisv(const struct guest_timer *t)
{
	u64 addr = TEST_MMIO_GPA;

	guest_set_level(t);
	asm volatile("ldr wzr, [%0], #4" : "+r"(addr) : : "memory");
	GUEST_DONE();
}

static void test_nisv(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int high;

	for (high = 0; high < 2; high++) {
		vm = create_and_run_to_sync(&vcpu, guest_nisv, t, high);
		TEST_REQUIRE_SINCE(5, 5, vm_check_cap(vm, KVM_CAP_ARM_NISV_TO_USER),
				   "host has no KVM_CAP_ARM_NISV_TO_USER");
		vm_enable_cap(vm, KVM_CAP_ARM_NISV_TO_USER, 0);
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_ARM_NISV);
		assert_level(x, high ? t->level : 0);
		kvm_vm_free(vm);
	}
}

/* KVM_EXIT_DEBUG: single step, and a hardware breakpoint */
static void __attribute__((__noinline__)) guest_breakpoint(void)
{
	asm volatile("nop" ::: "memory");
}

static void guest_debug(const struct guest_timer *t)
{
	guest_set_level(t);
	guest_breakpoint();
	GUEST_DONE();
}

/* The instruction after that which sets level_set is the one that sets the level. */
static void guest_step(const struct guest_timer *t)
{
	u64 ctl = READ_ONCE(leave_high) ? CTL_ENABLE : 0;

	guest_set_opposite(t);
	readl(test_mmio);
	if (t->timer == VIRTUAL)
		asm volatile("str %1, [%0]; msr cntv_ctl_el0, %2; nop" :
			     : "r"(&level_set), "r"(1ul), "r"(ctl) : "memory");
	else
		asm volatile("str %1, [%0]; msr cntp_ctl_el0, %2; nop" :
			     : "r"(&level_set), "r"(1ul), "r"(ctl) : "memory");
	GUEST_DONE();
}

static void test_single_step(const struct guest_timer *t)
{
	struct kvm_guest_debug step = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};
	unsigned int high, steps;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;

	__TEST_REQUIRE(kvm_has_cap(KVM_CAP_SET_GUEST_DEBUG), "host has no KVM_CAP_SET_GUEST_DEBUG");
	for (high = 0; high < 2; high++) {
		vm = create_and_run_to_sync(&vcpu, guest_step, t, high);
		/* Out of GUEST_SYNC(): a step between load and store exclusive undoes the load. */
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_MMIO);
		vcpu_guest_debug_set(vcpu, &step);
		for (steps = 0, level_set = 0; !level_set; steps++) {
			TEST_ASSERT(steps < 1000, "%u steps did not get the guest through", steps);
			x = run_past_forced(vcpu);
			assert_reason(x, KVM_EXIT_DEBUG);
			sync_global_from_guest(vm, level_set);
		}
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_DEBUG);
		assert_level(x, high ? t->level : 0);
		kvm_vm_free(vm);
	}
}

static void test_breakpoint(const struct guest_timer *t)
{
	struct kvm_guest_debug brk = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW,
		/* DBGBCR: BAS all bytes, PMC EL1, E (Arm ARM D24.3.2) */
		.arch.dbg_bcr[0] = 0xf << 5 | 1 << 1 | 1,
		.arch.dbg_bvr[0] = (u64)guest_breakpoint,
	};
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	unsigned int high;
	struct kvm_vm *vm;

	__TEST_REQUIRE((int)kvm_check_cap(KVM_CAP_GUEST_DEBUG_HW_BPS) > 0,
		       "host has no hardware breakpoints for guests");
	for (high = 0; high < 2; high++) {
		vm = create_and_run_to_sync(&vcpu, guest_debug, t, high);
		vcpu_guest_debug_set(vcpu, &brk);
		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_DEBUG);
		TEST_ASSERT_EQ(vcpu_get_pc(vcpu), (u64)guest_breakpoint);
		assert_level(x, high ? t->level : 0);
		kvm_vm_free(vm);
	}
}

static void guest_wait_for_go(const struct guest_timer *t)
{
	guest_set_level(t);
	while (!READ_ONCE(go))
		;
	GUEST_SYNC(1);
	GUEST_DONE();
}

/* The field at a signal that comes in after the change of level */
static void test_signal_exit(const struct guest_timer *t)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = RUN_SIGNAL };
	unsigned int high, try;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	timer_t timer;

	TEST_ASSERT(!timer_create(CLOCK_MONOTONIC, &ev, &timer), "timer_create");
	for (high = 0; high < 2; high++) {
		vm = create_and_run_to_sync(&vcpu, guest_wait_for_go, t, high);
		run_take_signal(vcpu);
		/* Later and later, until the guest has had the time it needs. */
		for (try = 1; try < 100; try++) {
			struct itimerspec in = { .it_value.tv_nsec = try * 1000000 };

			timer_settime(timer, 0, &in, NULL);
			x = run_past_forced(vcpu);
			assert_signal(x);
			run_consume_signal();
			sync_global_from_guest(vm, level_set);
			if (level_set)
				break;
		}
		TEST_ASSERT(level_set, "the guest does not get on");
		assert_level(x, high ? t->level : 0);
		kvm_vm_free(vm);
	}
	timer_delete(timer);
}

/* EXIT-9: a signal alone is EINTR with the field as it was */
static void test_signal_alone(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	unsigned int high;
	struct kvm_vm *vm;

	go = 1;
	for (high = 0; high < 2; high++) {
		vm = create_and_run_to_sync(&vcpu, guest_wait_for_go, t, high);
		run_take_signal(vcpu);
		sync_global_to_guest(vm, go);
		x = run_past_forced(vcpu);
		assert_sync(x, 1);
		assert_level(x, high ? t->level : 0);

		raise(RUN_SIGNAL);
		x = run_once(vcpu);
		assert_signal(x);
		assert_level(x, high ? t->level : 0);
		run_consume_signal();
		assert_done(run_once(vcpu));
		kvm_vm_free(vm);
	}
}

/* EXIT-9: a signal and a change at once, neither is lost, neither is told twice */
static void test_signal_and_change(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_arm_and_read, t);
	struct armed_timer armed = run_until_armed(vm, vcpu);
	struct vcpu_exit x;

	run_take_signal(vcpu);
	mmio_read_data(vcpu, 0);
	vcpu_wait_for_cnt(vcpu, t, armed.cval);
	raise(RUN_SIGNAL);

	x = run_once(vcpu);
	assert_signal(x);
	assert_level(x, t->level);
	run_consume_signal();

	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, t->level);
	kvm_vm_free(vm);
}

/*
 * EXIT-9: the same for the PMU. All that a guest does to it traps, and KVM would
 * tell on the way back in, had it not a signal to deliver.
 */
static void guest_pmu_ready(void)
{
	guest_pmu_reset();
	guest_pmu_start(PMU_SW_INCR, 1);
	readl(test_mmio);
	GUEST_SYNC(0);
	GUEST_SYNC(1);
}

static void run_to_signal(struct kvm_vcpu *vcpu, u64 level)
{
	struct vcpu_exit x;

	raise(RUN_SIGNAL);
	x = run_once(vcpu);
	assert_signal(x);
	assert_level(x, level);
	run_consume_signal();
}

static void test_signal_and_pmu(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = pmu_vm_start(&vcpu, guest_pmu_ready);
	struct vcpu_exit x;

	(void)unused;
	x = run_past_forced(vcpu);
	assert_reason(x, KVM_EXIT_MMIO);
	assert_level(x, 0);

	run_take_signal(vcpu);
	mmio_read_data(vcpu, 0);
	vcpu_set_reg(vcpu, PMOVSSET_EL0, PMU_COUNTER_0);
	run_to_signal(vcpu, KVM_ARM_DEV_PMU);
	x = run_once(vcpu);
	assert_sync(x, 0);
	assert_level(x, KVM_ARM_DEV_PMU);

	vcpu_set_reg(vcpu, PMCR_EL0, 0);
	run_to_signal(vcpu, 0);
	x = run_once(vcpu);
	assert_sync(x, 1);
	assert_level(x, 0);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("EXIT-8.system_event", "the field is true at PSCI SYSTEM_OFF and RESET",
		       test_system_event),
	TIMER_SUBTESTS("EXIT-8.hypercall", "the field is true at KVM_EXIT_HYPERCALL",
		       test_hypercall),
	TIMER_SUBTESTS("EXIT-8.nisv", "the field is true at KVM_EXIT_ARM_NISV", test_nisv),
	TIMER_SUBTESTS("EXIT-8.single_step", "the field is true after a single step",
		       test_single_step),
	TIMER_SUBTESTS("EXIT-8.breakpoint", "the field is true at a hardware breakpoint",
		       test_breakpoint),
	TIMER_SUBTESTS("EXIT-8.signal", "the field is true at a signal", test_signal_exit),
	TIMER_SUBTESTS("EXIT-9.alone", "a signal alone leaves the field alone",
		       test_signal_alone),
	TIMER_SUBTESTS("EXIT-9.together", "of a signal and a change together none is lost",
		       test_signal_and_change),
	{ "EXIT-9.pmu", "of a signal and a change of the PMU's line together none is lost",
	  test_signal_and_pmu, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
