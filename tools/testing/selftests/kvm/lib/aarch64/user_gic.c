// SPDX-License-Identifier: GPL-2.0
/*
 * Distributor of the userspace GICv2 (IHI 0048B.b, 3.2 and 4.3), its inputs and
 * its outputs.
 */
#include "user_gic_state.h"
#include "user_irqchip.h"

#define IIDR	0x5500043b	/* product 0x55, implementer Arm */
#define PIDR2	0x20		/* GICv2 */

/* Registers with a bit for each interrupt: 128 bytes each */
#define BITS_REG_SIZE	0x80

struct gic_irq *gic_irq(struct user_gic *gic, unsigned int cpu, u32 intid)
{
	if (intid < GIC_NR_BANKED)
		return &gic->cpus[cpu].banked[intid];
	return intid < USER_GIC_NR_IRQS ? &gic->spis[intid - GIC_NR_BANKED] : NULL;
}

static bool read_bit(const struct gic_irq *irq, u32 reg)
{
	switch (reg) {
	case GICD_IGROUPR:
		return irq->group1;
	case GICD_ISENABLER:
	case GICD_ICENABLER:
		return irq->enabled;
	case GICD_ISPENDR:
	case GICD_ICPENDR:
		return gic_irq_pending(irq);
	case GICD_ISACTIVER:
	case GICD_ICACTIVER:
		return irq->active;
	}
	return false;
}

static void write_bit(struct gic_irq *irq, u32 intid, u32 reg, bool val)
{
	bool sgi = intid < GIC_NR_SGIS;

	if (reg == GICD_IGROUPR) {
		irq->group1 = val;
		return;
	}
	/* All others act on ones; SGIs are enabled always and pend by other registers. */
	if (!val)
		return;
	switch (reg) {
	case GICD_ISENABLER:
	case GICD_ICENABLER:
		if (!sgi)
			irq->enabled = reg == GICD_ISENABLER;
		break;
	case GICD_ISPENDR:
	case GICD_ICPENDR:
		if (!sgi)
			irq->latch = reg == GICD_ISPENDR;
		break;
	case GICD_ISACTIVER:
	case GICD_ICACTIVER:
		irq->active = reg == GICD_ISACTIVER;
		break;
	}
}

static u32 read_bits(struct user_gic *gic, unsigned int cpu, u32 offset)
{
	u32 first = offset % BITS_REG_SIZE * 8, reg = offset - offset % BITS_REG_SIZE;
	u32 i, val = 0;

	for (i = 0; i < 32; i++) {
		const struct gic_irq *irq = gic_irq(gic, cpu, first + i);

		if (irq && read_bit(irq, reg))
			val |= 1u << i;
	}
	return val;
}

static void write_bits(struct user_gic *gic, unsigned int cpu, u32 offset, u32 val)
{
	u32 first = offset % BITS_REG_SIZE * 8, reg = offset - offset % BITS_REG_SIZE;
	u32 i;

	for (i = 0; i < 32; i++) {
		struct gic_irq *irq = gic_irq(gic, cpu, first + i);

		if (irq)
			write_bit(irq, first + i, reg, val & 1u << i);
	}
}

/* Registers with a byte for each interrupt, or for CPENDSGIR and SPENDSGIR for each SGI */

static u8 read_byte(struct user_gic *gic, unsigned int cpu, u32 offset)
{
	const struct gic_irq *irq;

	if (offset >= GICD_CPENDSGIR)
		return gic_irq(gic, cpu, offset % GIC_NR_SGIS)->sources;
	if (offset < GICD_ITARGETSR) {
		irq = gic_irq(gic, cpu, offset - GICD_IPRIORITYR);
		return irq ? irq->priority : 0;
	}
	/* With one CPU there is nothing to choose: RAZ/WI (4.3.12). */
	irq = gic_irq(gic, cpu, offset - GICD_ITARGETSR);
	if (!irq || gic->nr_cpus == 1)
		return 0;
	return offset - GICD_ITARGETSR < GIC_NR_BANKED ? 1u << cpu : irq->targets;
}

static void write_byte(struct user_gic *gic, unsigned int cpu, u32 offset, u8 val)
{
	u8 all_cpus = (1u << gic->nr_cpus) - 1;
	struct gic_irq *irq;

	if (offset >= GICD_SPENDSGIR) {
		gic_irq(gic, cpu, offset % GIC_NR_SGIS)->sources |= val & all_cpus;
	} else if (offset >= GICD_CPENDSGIR) {
		gic_irq(gic, cpu, offset % GIC_NR_SGIS)->sources &= ~val;
	} else if (offset < GICD_ITARGETSR) {
		irq = gic_irq(gic, cpu, offset - GICD_IPRIORITYR);
		if (irq)
			irq->priority = val & GIC_PRIORITY_MASK;
	} else if (offset - GICD_ITARGETSR >= GIC_NR_BANKED && gic->nr_cpus > 1) {
		irq = gic_irq(gic, cpu, offset - GICD_ITARGETSR);
		if (irq)
			irq->targets = val & all_cpus;
	}
}

/* GICD_ICFGR: two bits for each interrupt, the upper one is edge (4.3.13). */

static u32 read_config(struct user_gic *gic, unsigned int cpu, u32 offset)
{
	u32 first = (offset - GICD_ICFGR) * 4, i, val = 0;

	for (i = 0; i < 16; i++) {
		const struct gic_irq *irq = gic_irq(gic, cpu, first + i);

		if (irq && irq->edge)
			val |= 2u << 2 * i;
	}
	return val;
}

static void write_config(struct user_gic *gic, unsigned int cpu, u32 offset, u32 val)
{
	u32 first = (offset - GICD_ICFGR) * 4, i;

	for (i = 0; i < 16; i++) {
		struct gic_irq *irq = gic_irq(gic, cpu, first + i);

		if (irq && first + i >= GIC_NR_SGIS)
			irq->edge = val & 2u << 2 * i;
	}
}

static void send_sgi(struct user_gic *gic, unsigned int cpu, u32 val)
{
	u32 targets, intid = val % GIC_NR_SGIS, i;

	switch (val >> GICD_SGIR_FILTER_SHIFT & 3) {
	case 0:
		targets = val >> GICD_SGIR_TARGETS_SHIFT & 0xff;
		break;
	case 1:
		targets = ~(1u << cpu);
		break;
	case 2:
		targets = 1u << cpu;
		break;
	default:
		return;
	}
	for (i = 0; i < gic->nr_cpus; i++) {
		if (targets & 1u << i)
			gic_irq(gic, i, intid)->sources |= 1u << cpu;
	}
}

static bool is_byte_reg(u32 offset)
{
	return (offset >= GICD_IPRIORITYR && offset < GICD_ICFGR) ||
	       (offset >= GICD_CPENDSGIR && offset < GICD_SPENDSGIR + GIC_NR_SGIS);
}

static bool is_bits_reg(u32 offset)
{
	return offset >= GICD_IGROUPR && offset < GICD_IPRIORITYR;
}

static bool is_config_reg(u32 offset)
{
	return offset >= GICD_ICFGR && offset < GICD_ICFGR + 0x100;
}

u32 gic_dist_read(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len)
{
	u32 i, val = 0;

	if (is_byte_reg(offset)) {
		for (i = 0; i < len; i++)
			val |= (u32)read_byte(gic, cpu, offset + i) << 8 * i;
		return val;
	}
	if (len != 4)
		return 0;
	if (is_bits_reg(offset))
		return read_bits(gic, cpu, offset);
	if (is_config_reg(offset))
		return read_config(gic, cpu, offset);
	switch (offset) {
	case GICD_CTLR:
		return gic->ctlr;
	case GICD_TYPER:
		return (USER_GIC_NR_IRQS / 32 - 1) | (gic->nr_cpus - 1) << 5;
	case GICD_IIDR:
		return IIDR;
	case GICD_ICPIDR2:
		return PIDR2;
	}
	return 0;
}

void gic_dist_write(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len, u32 val)
{
	u32 i;

	if (is_byte_reg(offset)) {
		for (i = 0; i < len; i++)
			write_byte(gic, cpu, offset + i, val >> 8 * i);
		return;
	}
	if (len != 4)
		return;
	if (is_bits_reg(offset))
		write_bits(gic, cpu, offset, val);
	else if (is_config_reg(offset))
		write_config(gic, cpu, offset, val);
	else if (offset == GICD_CTLR)
		gic->ctlr = val & (GIC_CTLR_GROUP0 | GIC_CTLR_GROUP1);
	else if (offset == GICD_SGIR)
		send_sgi(gic, cpu, val);
}

/* Let the pins follow what the CPU interfaces signal; @self is the caller's CPU. */
static void update_pins(struct user_gic *gic, unsigned int self)
{
	unsigned int i;
	bool irq, fiq;

	for (i = 0; i < gic->nr_cpus; i++) {
		struct gic_cpu *c = &gic->cpus[i];

		gic_cpu_signal(gic, i, &irq, &fiq);
		if (irq != c->irq)
			vcpu_pin_set(c->vcpu, KVM_ARM_IRQ_CPU_IRQ, irq);
		if (fiq != c->fiq)
			vcpu_pin_set(c->vcpu, KVM_ARM_IRQ_CPU_FIQ, fiq);
		if (i != self && (irq != c->irq || fiq != c->fiq))
			WRITE_ONCE(c->again, true);
		c->irq = irq;
		c->fiq = fiq;
	}
}

static unsigned int cpu_of(const struct user_gic *gic, const struct kvm_vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < gic->nr_cpus; i++) {
		if (gic->cpus[i].vcpu == vcpu)
			return i;
	}
	TEST_FAIL("vCPU %u is not connected to this GIC", vcpu->id);
}

struct user_gic *user_gic_create(struct kvm_vm *vm, unsigned int nr_vcpus, struct kvm_vcpu **vcpus)
{
	struct user_gic *gic = calloc(1, sizeof(*gic));
	unsigned int i, j;

	TEST_ASSERT(gic && nr_vcpus >= 1 && nr_vcpus <= USER_GIC_MAX_VCPUS, "GICv2 for %u vCPUs",
		    nr_vcpus);
	pthread_mutex_init(&gic->lock, NULL);
	gic->nr_cpus = nr_vcpus;
	for (i = 0; i < nr_vcpus; i++) {
		TEST_ASSERT(vcpus[i]->vm == vm, "vCPU %u is another VM's", vcpus[i]->id);
		gic->cpus[i].vcpu = vcpus[i];
		gic_cpu_reset(gic, i);
		for (j = 0; j < GIC_NR_SGIS; j++) {
			gic->cpus[i].banked[j].enabled = true;
			gic->cpus[i].banked[j].edge = true;
		}
	}
	for (i = 0; i < ARRAY_SIZE(gic->spis); i++)
		gic->spis[i].targets = nr_vcpus == 1;
	return gic;
}

void user_gic_free(struct user_gic *gic)
{
	pthread_mutex_destroy(&gic->lock);
	free(gic);
}

void user_gic_map(struct kvm_vm *vm)
{
	u64 size;

	virt_pg_map(vm, USER_GIC_DIST_GPA, USER_GIC_DIST_GPA);
	for (size = 0; size < USER_GIC_CPU_SIZE; size += vm->page_size)
		virt_pg_map(vm, USER_GIC_CPU_GPA + size, USER_GIC_CPU_GPA + size);
}

static void dist_access(struct user_gic *gic, unsigned int cpu, struct kvm_run *run, u32 *val)
{
	u32 offset = run->mmio.phys_addr - USER_GIC_DIST_GPA;

	if (run->mmio.is_write)
		gic_dist_write(gic, cpu, offset, run->mmio.len, *val);
	else
		*val = gic_dist_read(gic, cpu, offset, run->mmio.len);
}

static void cpu_access(struct user_gic *gic, unsigned int cpu, struct kvm_run *run, u32 *val)
{
	u32 offset = run->mmio.phys_addr - USER_GIC_CPU_GPA;

	if (run->mmio.is_write)
		gic_cpu_write(gic, cpu, offset, run->mmio.len, *val);
	else
		*val = gic_cpu_read(gic, cpu, offset, run->mmio.len);
}

bool user_gic_mmio(struct user_gic *gic, struct kvm_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	unsigned int cpu = cpu_of(gic, vcpu);
	u64 gpa = run->mmio.phys_addr;
	bool dist = gpa - USER_GIC_DIST_GPA < USER_GIC_DIST_SIZE;
	u32 len = run->mmio.len, val = 0;

	if (!dist && gpa - USER_GIC_CPU_GPA >= USER_GIC_CPU_SIZE)
		return false;

	if (!run->mmio.is_write)
		memset(run->mmio.data, 0, sizeof(run->mmio.data));
	/* Halfwords, doublewords and unaligned accesses: RAZ/WI */
	if ((len != 1 && len != 4) || gpa % len)
		return true;

	memcpy(&val, run->mmio.data, len);
	pthread_mutex_lock(&gic->lock);
	if (dist)
		dist_access(gic, cpu, run, &val);
	else
		cpu_access(gic, cpu, run, &val);
	update_pins(gic, cpu);
	pthread_mutex_unlock(&gic->lock);
	if (!run->mmio.is_write)
		memcpy(run->mmio.data, &val, len);
	return true;
}

static void set_line(struct gic_irq *irq, bool level)
{
	if (irq->edge && level && !irq->line)
		irq->latch = true;
	irq->line = level;
}

void user_gic_set_irq(struct user_gic *gic, struct kvm_vcpu *vcpu, u32 intid, bool level)
{
	unsigned int cpu = intid < GIC_NR_BANKED ? cpu_of(gic, vcpu) : 0;
	struct gic_irq *irq = gic_irq(gic, cpu, intid);

	TEST_ASSERT(irq && intid >= GIC_NR_SGIS, "INTID %u is no input", intid);
	pthread_mutex_lock(&gic->lock);
	set_line(irq, level);
	update_pins(gic, gic->nr_cpus);
	pthread_mutex_unlock(&gic->lock);
}

void user_gic_set_field(struct user_gic *gic, struct kvm_vcpu *vcpu, u64 field)
{
	unsigned int cpu = cpu_of(gic, vcpu);
	struct gic_cpu *c = &gic->cpus[cpu];
	struct gic_irq *ppis = c->banked;

	/* Only the thread that runs the vCPU comes here. */
	if (field == c->field && !READ_ONCE(c->again))
		return;
	pthread_mutex_lock(&gic->lock);
	if (c->again) {
		vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, c->irq);
		vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_FIQ, c->fiq);
		c->again = false;
	}
	c->field = field;
	set_line(&ppis[USER_GIC_INTID_VTIMER], field & KVM_ARM_DEV_EL1_VTIMER);
	set_line(&ppis[USER_GIC_INTID_PTIMER], field & KVM_ARM_DEV_EL1_PTIMER);
	set_line(&ppis[USER_GIC_INTID_PMU], field & KVM_ARM_DEV_PMU);
	update_pins(gic, cpu);
	pthread_mutex_unlock(&gic->lock);
}

struct vcpu_exit user_gic_run(struct user_gic *gic, struct kvm_vcpu *vcpu)
{
	struct vcpu_exit x;
	bool done;

	/* Endless only if the guest is: the watchdog makes run_once() fail then. */
	do {
		x = run_once(vcpu);
		user_gic_set_field(gic, vcpu, x.level);
		done = !x.forced &&
		       (x.rc || x.reason != KVM_EXIT_MMIO || !user_gic_mmio(gic, vcpu));
	} while (!done);
	return x;
}
