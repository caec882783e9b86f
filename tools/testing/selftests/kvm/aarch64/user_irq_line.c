// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_IRQ_LINE: what it returned 0 for must reach the guest, and stay there.
 */
#include "user_irqchip.h"
#include "vcpu_thread.h"

#define BOTH_PINS	(ISR_EL1_I | ISR_EL1_F)

/*
 * NEW-7: the pins are bits of a word that KVM changes for other reasons, too: when
 * it loads a vCPU, and, unless the CPU has FEAT_S2FWB, for cache maintenance by
 * set/way and when the MMU is switched on or off. These changes are not atomic: bug
 * B01. A load is over in no time, so it loses one assert in 10,000 or so.
 */
#define TRIES_CACHES	50
#define TRIES_LOAD	500

/* In words, as it is moved to where stage 1 maps it to its own physical address. */
static const u32 guest_toggle_caches[] = {
	0xd5381001,	/* mrs	x1, sctlr_el1 */
	0x927ff822,	/* bic	x2, x1, #1	M */
	0x927df842,	/* bic	x2, x2, #4	C */
	0xd5181002,	/* msr	sctlr_el1, x2 */
	0xd5033fdf,	/* isb */
	0xd5087e5f,	/* dc	cisw, xzr */
	0xd5181001,	/* msr	sctlr_el1, x1 */
	0xd5033fdf,	/* isb */
	0xd65f03c0,	/* ret */
};

static u64 nr_tries;
static u64 line_request;	/* number of the last change of the pin */
static u64 line_seen;		/* the last one that the guest has looked at */
static u64 line_isr;		/* what ISR_EL1 was then */

static void guest_toggle_and_look(void (*toggle)(void))
{
	u64 request;

	do {
		if (toggle)
			toggle();
		else
			writel(0, test_mmio);
		request = READ_ONCE(line_request);
		if (request == line_seen)
			continue;
		/* From the next entry on the change must be seen. */
		GUEST_SYNC(request);
		WRITE_ONCE(line_isr, read_sysreg(isr_el1));
		dmb(ish);
		WRITE_ONCE(line_seen, request);
	} while (request < nr_tries);
	GUEST_DONE();
}

static void run_looker(struct vcpu_thread *thread)
{
	struct vcpu_exit x;
	u64 try;

	for (try = 1; try <= nr_tries; try++) {
		do {
			x = run_once(thread->vcpu);
			assert_reason(x, KVM_EXIT_MMIO);
		} while (!x.uc.cmd);
		assert_sync(x, try);
	}
	x = run_once(thread->vcpu);
	assert_done(x);
}

static u64 map_identity(struct kvm_vm *vm, const void *code, size_t size)
{
	u64 gpa = vm_phy_page_alloc(vm, 10ul << 20, 0);

	virt_pg_map(vm, gpa, gpa);
	memcpy(addr_gpa2hva(vm, gpa), code, size);
	return gpa;
}

/* @toggle: address of guest code to go through between looks, 0 for plain exits */
static void check_line(struct kvm_vcpu *vcpu, u64 toggle, u64 tries)
{
	unsigned int lost = 0, undone = 0;
	struct kvm_vm *vm = vcpu->vm;
	struct vcpu_thread thread;
	u32 spins, random = 1;
	u64 try;

	nr_tries = tries;
	sync_global_to_guest(vm, nr_tries);
	vcpu_args_set(vcpu, 1, toggle);
	vcpu_thread_start(&thread, vcpu, run_looker, NULL, 0);
	host_cpu_pin(1);
	for (try = 1; try <= tries; try++) {
		bool level = try % 2, seen;

		/* Anywhere in the guest's loop; a linear congruential generator will do. */
		random = random * 1664525 + 1013904223;
		for (spins = random >> 17; spins; spins--)
			cpu_relax();

		vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, level);
		guest_u64_write(vm, &line_request, try);
		guest_u64_wait(vm, &line_seen, try);

		seen = guest_u64_read(vm, &line_isr) & ISR_EL1_I;
		lost += level && !seen;
		undone += !level && seen;
	}
	vcpu_thread_join(&thread);
	pr_info("%lu changes of the pin: %u asserts and %u deasserts lost\n", tries, lost, undone);
	TEST_ASSERT(!lost && !undone, "KVM_IRQ_LINE returned 0, and the guest does not see it");
}

static void test_line_caches(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_toggle_and_look, t);

	check_line(vcpu, map_identity(vm, guest_toggle_caches, sizeof(guest_toggle_caches)),
		   TRIES_CACHES);
	kvm_vm_free(vm);
}

static void test_line_load(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_toggle_and_look, t);

	check_line(vcpu, 0, TRIES_LOAD);
	kvm_vm_free(vm);
}

/* NEW-8: KVM_ARM_VCPU_INIT with a pin up */

static void guest_tell_isr(void)
{
	for (;;)
		GUEST_SYNC(read_sysreg(isr_el1));
}

static struct kvm_vm *isr_vm_create(struct kvm_vcpu **vcpu)
{
	return user_irq_vm_create(vcpu, guest_tell_isr, NULL);
}

static void assert_isr(struct kvm_vcpu *vcpu, u64 isr)
{
	struct vcpu_exit x = run_once(vcpu);

	assert_sync(x, isr);
	assert_level(x, 0);
}

static void assert_pins_work(struct kvm_vcpu *vcpu)
{
	vcpu_pins_set(vcpu, 0);
	assert_isr(vcpu, 0);
	vcpu_pins_set(vcpu, BOTH_PINS);
	assert_isr(vcpu, BOTH_PINS);
	vcpu_pins_set(vcpu, 0);
	assert_isr(vcpu, 0);
}

static void test_line_after_init(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = isr_vm_create(&vcpu);

	(void)t;
	vcpu_init_again(vcpu, NULL, guest_tell_isr);
	vcpu_pins_set(vcpu, BOTH_PINS);
	assert_isr(vcpu, BOTH_PINS);
	assert_pins_work(vcpu);
	kvm_vm_free(vm);
}

static void test_line_before_init(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = isr_vm_create(&vcpu);

	(void)t;
	vcpu_pins_set(vcpu, BOTH_PINS);
	vcpu_init_again(vcpu, NULL, guest_tell_isr);
	assert_isr(vcpu, 0);
	assert_pins_work(vcpu);
	kvm_vm_free(vm);
}

/* The document is silent; up to 6.1 INIT clears the pins, from 6.12 on it keeps them. */
static void test_line_across_init(const struct guest_timer *t)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = isr_vm_create(&vcpu);
	unsigned int release = host_release();
	struct vcpu_exit x;

	(void)t;
	vcpu_pins_set(vcpu, BOTH_PINS);
	assert_isr(vcpu, BOTH_PINS);
	/* What is still to be completed would move the PC after the reset. */
	vcpu_run_complete_io(vcpu);
	vcpu_init_again(vcpu, NULL, guest_tell_isr);
	x = run_once(vcpu);
	pr_info("KVM_ARM_VCPU_INIT after a run %s the pins\n",
		x.uc.args[1] ? "keeps" : "clears");
	if (release <= RELEASE(6, 1))
		assert_sync(x, 0);
	else if (release >= RELEASE(6, 12) || x.uc.args[1])
		assert_sync(x, BOTH_PINS);
	else
		assert_sync(x, 0);
	assert_pins_work(vcpu);
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	{ "NEW-7.caches", "KVM_IRQ_LINE while the guest switches its MMU and caches",
	  test_line_caches, NULL },
	{ "NEW-7.load", "KVM_IRQ_LINE while KVM_RUN comes and goes", test_line_load, NULL },
	{ "NEW-8.after", "pin raised after the last KVM_ARM_VCPU_INIT is seen",
	  test_line_after_init, NULL },
	{ "NEW-8.before", "pin raised before a first KVM_ARM_VCPU_INIT is dropped",
	  test_line_before_init, NULL },
	{ "NEW-8.again", "pin up across KVM_ARM_VCPU_INIT after a run, by release",
	  test_line_across_init, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
