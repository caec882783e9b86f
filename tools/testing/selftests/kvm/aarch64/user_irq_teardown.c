// SPDX-License-Identifier: GPL-2.0
/*
 * REG: VMs that end, whatever their vCPUs are doing.
 */
#include <dirent.h>

#include "user_irq.h"
#include "vcpu_thread.h"
#include "wait_insn.h"

/*
 * REG-6: a VM that ends leaves nothing behind, neither on the host nor in another
 * VM. Creating a VM is what takes the time, so each has many vCPUs; these share
 * the memory of a model, and are all created before the first runs, or else KVM
 * waits for RCU each time.
 */
#define NR_VCPUS	512		/* in all */
#define MAX_VM_VCPUS	(4 * NR_STATES)
#define NR_TRIES	3

/* What a vCPU is doing when its VM ends */
enum vcpu_state {
	NEVER_RUN,
	HIGH,
	ARMED,
	BLOCKED,
	NR_STATES,
};

static void guest_arm_and_wfi(const struct guest_timer *t, u64 ticks)
{
	timer_set_cval(t->timer, timer_get_cntct(t->timer) + ticks);
	timer_set_ctl(t->timer, CTL_ENABLE);
	writel(0, test_mmio);
	for (;;)
		wait_wfi();
}

/* Registers that make a new vCPU one like those that the library makes */
static const u64 copied_regs[] = {
	KVM_ARM64_SYS_REG(SYS_SCTLR_EL1), KVM_ARM64_SYS_REG(SYS_TCR_EL1),
	KVM_ARM64_SYS_REG(SYS_MAIR_EL1), KVM_ARM64_SYS_REG(SYS_TTBR0_EL1),
	KVM_ARM64_SYS_REG(SYS_VBAR_EL1),
	ARM64_CORE_REG(sp_el1), ARM64_CORE_REG(regs.pc),
};

/**
 * struct model - a VM that never runs, for others to share its memory
 * @nr_vcpus: its vCPUs, 8 on a host with GICv2
 * @regs: copied_regs[] of each
 */
struct model {
	struct kvm_vm *vm;
	struct kvm_vcpu_init init;
	unsigned int nr_vcpus;
	u64 regs[MAX_VM_VCPUS][ARRAY_SIZE(copied_regs)];
};

static void model_create(struct model *m)
{
	struct kvm_vcpu *vcpus[MAX_VM_VCPUS];
	unsigned int i, j;

	m->nr_vcpus = kvm_check_cap(KVM_CAP_MAX_VCPUS) < MAX_VM_VCPUS ? 8 : MAX_VM_VCPUS;
	m->vm = user_irq_vm_create_with_vcpus(m->nr_vcpus, guest_arm_and_wfi, vcpus);
	virt_pg_map(m->vm, TEST_MMIO_GPA, TEST_MMIO_GPA);
	vm_ioctl(m->vm, KVM_ARM_PREFERRED_TARGET, &m->init);
	for (i = 0; i < m->nr_vcpus; i++) {
		for (j = 0; j < ARRAY_SIZE(copied_regs); j++)
			TEST_ASSERT(!__vcpu_get_reg(vcpus[i], copied_regs[j], &m->regs[i][j]),
				    "KVM_GET_ONE_REG %#lx", copied_regs[j]);
	}
}

/* @vcpus has room for MAX_VM_VCPUS. */
static struct kvm_vm *model_copy(const struct model *m, struct kvm_vcpu *vcpus[])
{
	const struct userspace_mem_region *region = memslot2region(m->vm, 0);
	struct kvm_vm *vm = vm_create_barebones();
	unsigned int i, j;

	vm_set_user_memory_region(vm, 0, 0, region->region.guest_phys_addr,
				  region->region.memory_size, region->host_mem);
	for (i = 0; i < m->nr_vcpus; i++) {
		struct kvm_vcpu_init init = m->init;

		vcpus[i] = __vm_vcpu_add(vm, i);
		vcpu_ioctl(vcpus[i], KVM_ARM_VCPU_INIT, &init);
		for (j = 0; j < ARRAY_SIZE(copied_regs); j++)
			vcpu_set_reg(vcpus[i], copied_regs[j], m->regs[i][j]);
	}
	return vm;
}

/* Until a signal comes while the vCPU sleeps in WFI */
static void run_until_blocked(struct kvm_vcpu *vcpu)
{
	long sleeps = run_nr_sleeps();
	u64 us;

	run_take_signal(vcpu);
	for (us = 200; us < 1000000 && run_nr_sleeps() == sleeps; us *= 2) {
		run_signal_in(us);
		assert_signal(run_once(vcpu));
		run_consume_signal();
	}
	TEST_ASSERT(run_nr_sleeps() > sleeps, "WFI never put the vCPU thread to sleep");
}

static void bring_into(enum vcpu_state state, struct kvm_vcpu *vcpu, const struct guest_timer *t)
{
	struct vcpu_exit x;

	if (state == NEVER_RUN) {
		/* To expire when the VM is no more; before Linux 6.4 not for the ptimer. */
		__vcpu_set_reg(vcpu, t->cval_reg, vcpu_get_cnt(vcpu, t) + msec_to_cycles(1));
		__vcpu_set_reg(vcpu, t->ctl_reg, CTL_ENABLE);
		return;
	}
	vcpu_args_set(vcpu, 2, t, state == HIGH ? 0 : msec_to_cycles(300 * 1000));
	x = run_once(vcpu);
	assert_level(x, state == HIGH ? t->level : 0);
	if (state != HIGH)
		assert_reason(x, KVM_EXIT_MMIO);
	if (state == BLOCKED)
		run_until_blocked(vcpu);
}

static void tear_down_one(const struct model *m, const struct guest_timer *t)
{
	struct kvm_vcpu *vcpus[MAX_VM_VCPUS];
	struct kvm_vm *vm = model_copy(m, vcpus);
	unsigned int i;

	for (i = 0; i < m->nr_vcpus; i++)
		bring_into(i % NR_STATES, vcpus[i], t);
	kvm_vm_free(vm);
}

/* Another VM, which has its timer armed, or high, while these come and go */
static void guest_bystand(const struct guest_timer *t)
{
	for (;;) {
		timer_set_cval(t->timer, timer_get_cntct(t->timer) + msec_to_cycles(1));
		timer_set_ctl(t->timer, CTL_ENABLE);
		GUEST_SYNC(0);
		while (!(timer_get_ctl(t->timer) & CTL_ISTATUS))
			;
		GUEST_SYNC(1);
		timer_set_ctl(t->timer, 0);
		GUEST_SYNC(2);
	}
}

static void tear_down_two(const struct model *m, struct kvm_vcpu *bystander,
			  const struct guest_timer *t)
{
	struct vcpu_exit x;

	x = run_past_forced(bystander);
	assert_sync(x, 0);
	tear_down_one(m, t);
	if (!x.level)
		assert_forced(run_once(bystander), t->level);
	tear_down_one(m, t);
	x = run_once(bystander);
	assert_sync(x, 1);
	assert_level(x, t->level);
	x = run_past_forced(bystander);
	assert_sync(x, 2);
	assert_level(x, 0);
}

/*
 * What KVM has allocated, as far as the host tells. Other VMs of the host count
 * too, so only growth in every try is a leak.
 */
struct usage {
	long fds;
	long vcpus;		/* slab objects, the more exact the fewer CPUs allocate */
	long stage2_kib;	/* page tables; since Linux 6.1 */
};

static long count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	long nr = 0;

	TEST_ASSERT(dir, "opendir /proc/self/fd");
	while (readdir(dir))
		nr++;
	closedir(dir);
	return nr;
}

/* The number after @name at the beginning of a line, 0 if there is none to be read */
static long read_number(const char *path, const char *name)
{
	FILE *f = fopen(path, "re");
	char line[512];
	long val = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (!strncmp(line, name, strlen(name)))
			val = strtol(line + strlen(name), NULL, 10);
	}
	if (f)
		fclose(f);
	return val;
}

static struct usage usage_now(void)
{
	return (struct usage) {
		.fds = count_fds(),
		.vcpus = read_number("/proc/slabinfo", "kvm_vcpu "),
		.stage2_kib = read_number("/proc/meminfo", "SecPageTables:"),
	};
}

static void test_teardown(const struct guest_timer *t)
{
	struct model m = {};
	struct kvm_vcpu *bystander;
	struct usage before, after;
	unsigned int i, tries, nr_vms;

	user_irq_vm_create(&bystander, guest_bystand, t);
	model_create(&m);
	nr_vms = NR_VCPUS / m.nr_vcpus;
	host_cpu_pin(0);
	tear_down_two(&m, bystander, t);

	for (tries = 0; tries < NR_TRIES; tries++) {
		before = usage_now();
		for (i = 0; i < nr_vms; i += 2)
			tear_down_two(&m, bystander, t);
		after = usage_now();
		TEST_ASSERT_EQ(after.fds, before.fds);
		/* Leaks of any one state are as many as a quarter of the vCPUs. */
		if (after.vcpus - before.vcpus < NR_VCPUS / 8 &&
		    after.stage2_kib - before.stage2_kib < nr_vms * getpagesize() / 1024)
			return;
		pr_info("after %u VMs: %ld more vCPUs, %ld KiB more of stage-2 tables\n", nr_vms,
			after.vcpus - before.vcpus, after.stage2_kib - before.stage2_kib);
	}
	TEST_FAIL("VMs that are gone leave memory behind");
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("REG-6", "VMs torn down in every state leave nothing behind",
		       test_teardown),
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
