// SPDX-License-Identifier: GPL-2.0
/*
 * PERF: what a timer interrupt costs with an interrupt controller in userspace
 * and with one in the kernel. Data, never a verdict: so not part of a run of the
 * suite.
 */
#include "exit_log.h"
#include "guest_gic.h"
#include "user_irqchip.h"
#include "vcpu_thread.h"

#define WARM_UP 50

static u64 nr_interrupts = 2000;

/* The guest's; no GIC for a pin that is the interrupt. */
static const struct guest_timer *timer;
static const struct guest_gic *gic;
static u64 nr_taken;

static void guest_irq(struct ex_regs *regs)
{
	u32 intid = gic ? gic->ack() : 0;

	(void)regs;
	timer_set_ctl(timer->timer, 0);
	nr_taken++;
	if (gic)
		gic->eoi(intid);
	else
		writel(0, test_mmio);
}

static void guest_take(u64 nr)
{
	u64 i;

	nr_taken = 0;
	timer_set_cval(timer->timer, 0);
	for (i = 0; i < nr; i++) {
		timer_set_ctl(timer->timer, CTL_ENABLE);
		while (READ_ONCE(nr_taken) == i)
			cpu_relax();
	}
}

static void guest_take_all(const struct guest_timer *t, const struct guest_gic *g)
{
	timer = t;
	gic = g;
	if (gic) {
		gic->on(false);
		gic->enable(t->timer == VIRTUAL ? GUEST_GIC_VTIMER : GUEST_GIC_PTIMER);
	}
	local_irq_enable();
	guest_take(WARM_UP);
	GUEST_SYNC(0);
	guest_take(nr_interrupts);
	GUEST_SYNC(1);
}

/**
 * struct controller - an interrupt controller to measure
 * @gic: the guest's driver of it, NULL for none
 */
struct controller {
	const char *name;
	const struct guest_gic *gic;
	bool in_kernel;
};

/* Those in userspace first: each of them is compared with one in the kernel. */
static const struct controller controllers[] = {
	{ "plain pin", NULL, false },
	{ "userspace GICv2", &guest_gic_v2, false },
	{ "vgic v2", &guest_gic_v2, true },
	{ "vgic v3", &guest_gic_v3, true },
};

#define NO_DATA (~0ul)

/**
 * struct cost - of all interrupts together
 * @returns: returns of KVM_RUN
 * @exits: exits from the guest to KVM; NO_DATA before Linux 5.14
 * @ticks: time, in ticks of the counter
 */
struct cost {
	u64 returns;
	u64 exits;
	u64 ticks;
};

static bool read_at(int fd, void *buf, size_t size, off_t offset)
{
	return pread(fd, buf, size, offset) == (ssize_t)size;
}

/* Documentation/virt/kvm/api.rst, KVM_GET_STATS_FD */
static u64 count_exits(struct kvm_vcpu *vcpu)
{
	union {
		struct kvm_stats_desc desc;
		char bytes[sizeof(struct kvm_stats_desc) + 256];
	} u;
	int fd = __vcpu_ioctl(vcpu, KVM_GET_STATS_FD, NULL);
	struct kvm_stats_header header;
	u64 exits = NO_DATA;
	size_t size;
	u32 i;

	if (fd < 0)
		return NO_DATA;
	TEST_ASSERT(read_at(fd, &header, sizeof(header), 0), "header of the statistics");
	size = sizeof(u.desc) + header.name_size;
	for (i = 0; i < header.num_desc && size <= sizeof(u); i++) {
		if (read_at(fd, &u, size, header.desc_offset + i * size) &&
		    !strcmp(u.desc.name, "exits"))
			read_at(fd, &exits, sizeof(exits), header.data_offset + u.desc.offset);
	}
	close(fd);
	return exits;
}

static struct cost cost_now(struct kvm_vcpu *vcpu)
{
	return (struct cost) {
		.returns = exit_log_count(),
		.exits = count_exits(vcpu),
		.ticks = timer_get_cntct(VIRTUAL),
	};
}

/* Runs the guest to its next GUEST_SYNC. */
static struct vcpu_exit run_on(struct user_gic *user_gic, struct user_irqchip *pin)
{
	struct vcpu_exit x;

	if (user_gic)
		return user_gic_run(user_gic, pin->vcpu);
	do {
		x = user_irqchip_run(pin);
	} while (x.uc.cmd == UCALL_NONE);
	return x;
}

static struct cost measure(const struct guest_timer *t, const struct controller *c)
{
	struct user_gic *user_gic = NULL;
	struct user_irqchip pin;
	struct cost begin, cost;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm;

	vm = user_irq_vm_create(&vcpu, guest_take_all, t);
	vcpu_args_set(vcpu, 2, t, c->gic);
	vm_install_exception_handler(vm, VECTOR_IRQ_CURRENT, guest_irq);
	sync_global_to_guest(vm, nr_interrupts);
	user_irqchip_init(&pin, vcpu, t->level, 0);
	if (c->in_kernel) {
		vgic_create(vm, c->gic->type);
		run_expect_vgic(vm);
	} else if (c->gic) {
		user_gic_map(vm);
		user_gic = user_gic_create(vm, 1, &vcpu);
	}

	assert_sync(run_on(user_gic, &pin), 0);
	begin = cost_now(vcpu);
	assert_sync(run_on(user_gic, &pin), 1);
	cost = cost_now(vcpu);
	cost.returns -= begin.returns;
	cost.ticks -= begin.ticks;
	if (cost.exits != NO_DATA)
		cost.exits -= begin.exits;

	if (user_gic)
		user_gic_free(user_gic);
	kvm_vm_free(vm);
	return cost;
}

/* "1.23", or "-" without data */
struct ratio {
	char text[32];
};

static struct ratio ratio(u64 a, u64 b)
{
	struct ratio r = { "-" };

	if (a != NO_DATA && b != NO_DATA && b)
		snprintf(r.text, sizeof(r.text), "%lu.%02lu", a / b, a % b * 100 / b);
	return r;
}

static void report(const char *name, const struct cost *cost)
{
	pr_info("%-15s  an interrupt: %s returns of KVM_RUN, %s exits, %lu ns\n", name,
		ratio(cost->returns, nr_interrupts).text, ratio(cost->exits, nr_interrupts).text,
		cycles_to_usec(cost->ticks) * 1000 / nr_interrupts);
}

/* PERF-1 */
static void test_cost(const struct guest_timer *t)
{
	struct cost costs[ARRAY_SIZE(controllers)] = {};
	unsigned int i, base = 0;

	user_irq_require();
	__TEST_REQUIRE(nr_interrupts, "-n 0: nothing to measure");
	host_cpu_pin(0);
	for (i = 0; i < ARRAY_SIZE(controllers); i++) {
		if (controllers[i].in_kernel && !vgic_supported(controllers[i].gic->type))
			continue;
		costs[i] = measure(t, &controllers[i]);
		report(controllers[i].name, &costs[i]);
		if (controllers[i].in_kernel && !base)
			base = i;
	}
	for (i = 0; base && !controllers[i].in_kernel; i++)
		pr_info("%-15s  against %s: %s times the exits, %s times the time\n",
			controllers[i].name, controllers[base].name,
			ratio(costs[i].exits, costs[base].exits).text,
			ratio(costs[i].ticks, costs[base].ticks).text);
}

static const struct subtest subtests[] = {
	TIMER_SUBTESTS("PERF-1", "cost of a timer interrupt, as data", test_cost),
};

static const struct subtest_option options[] = {
	{ .name = "n", .words = "interrupts to measure; 2000 if not given",
	  .value = &nr_interrupts, .soak = true },
	{}
};

int main(int argc, char **argv)
{
	return subtest_main_with(argc, argv, subtests, ARRAY_SIZE(subtests), options);
}
