// SPDX-License-Identifier: GPL-2.0
/*
 * CPU interface of the userspace GICv2 (IHI 0048B.b, 3.3 and 4.4).
 */
#include <strings.h>

#include "user_gic_state.h"

#define MIN_BPR		2	/* 32 priorities: group priority [7:3] at the finest */
#define MIN_ABPR	3
#define IIDR		0x0552043b	/* product 0x055, GICv2, implementer Arm */

void gic_cpu_reset(struct user_gic *gic, unsigned int cpu)
{
	gic->cpus[cpu].bpr = MIN_BPR;
	gic->cpus[cpu].abpr = MIN_ABPR;
}

/* The part of a priority that decides about preemption (3.3.3). */
static u32 group_mask(const struct gic_cpu *c, const struct gic_irq *irq)
{
	bool use_abpr = irq->group1 && !(c->ctlr & GICC_CTLR_CBPR);

	return 0xffu << (use_abpr ? c->abpr : c->bpr + 1) & 0xff;
}

static u32 running_priority(const struct gic_cpu *c)
{
	return c->apr ? (ffs(c->apr) - 1) << GIC_PRIORITY_SHIFT : GICC_RPR_IDLE;
}

/* Highest priority pending interrupt of the enabled groups, or SPURIOUS. */
static u32 highest_pending(struct user_gic *gic, unsigned int cpu, u32 groups)
{
	u32 intid, best = USER_GIC_INTID_SPURIOUS, best_priority = 0x100;

	for (intid = 0; intid < USER_GIC_NR_IRQS; intid++) {
		const struct gic_irq *irq = gic_irq(gic, cpu, intid);
		u32 group = irq->group1 ? GIC_CTLR_GROUP1 : GIC_CTLR_GROUP0;

		if (!irq->enabled || irq->active || !gic_irq_pending(irq) || !(groups & group))
			continue;
		if (intid >= GIC_NR_BANKED && !(irq->targets & 1u << cpu))
			continue;
		if (irq->priority < best_priority) {
			best = intid;
			best_priority = irq->priority;
		}
	}
	return best;
}

/* The interrupt that the interface signals to its CPU, or SPURIOUS. */
static u32 signalled(struct user_gic *gic, unsigned int cpu)
{
	const struct gic_cpu *c = &gic->cpus[cpu];
	u32 intid = highest_pending(gic, cpu, gic->ctlr & c->ctlr);
	const struct gic_irq *irq = gic_irq(gic, cpu, intid);
	u32 mask;

	if (!irq || irq->priority >= c->pmr)
		return USER_GIC_INTID_SPURIOUS;
	mask = group_mask(c, irq);
	if (c->apr && (irq->priority & mask) >= (running_priority(c) & mask))
		return USER_GIC_INTID_SPURIOUS;
	return intid;
}

void gic_cpu_signal(struct user_gic *gic, unsigned int cpu, bool *irq_pin, bool *fiq_pin)
{
	const struct gic_irq *irq = gic_irq(gic, cpu, signalled(gic, cpu));

	*fiq_pin = irq && !irq->group1 && gic->cpus[cpu].ctlr & GICC_CTLR_FIQEN;
	*irq_pin = irq && !*fiq_pin;
}

/* What a read through the register or its alias for group 1 gets to know of @intid (4.4.4). */
static u32 visible(struct user_gic *gic, unsigned int cpu, u32 intid, bool alias)
{
	const struct gic_irq *irq = gic_irq(gic, cpu, intid);

	if (!irq || (alias && !irq->group1))
		return USER_GIC_INTID_SPURIOUS;
	if (!alias && irq->group1 && !(gic->cpus[cpu].ctlr & GICC_CTLR_ACKCTL))
		return USER_GIC_INTID_GROUP1;
	return intid;
}

/* An INTID as in GICC_IAR: an SGI comes with its source. */
static u32 with_source(const struct gic_irq *irq, u32 intid)
{
	return irq->sources ? intid | (ffs(irq->sources) - 1) << 10 : intid;
}

static u32 acknowledge(struct user_gic *gic, unsigned int cpu, bool alias)
{
	u32 intid = visible(gic, cpu, signalled(gic, cpu), alias);
	struct gic_irq *irq = gic_irq(gic, cpu, intid);
	struct gic_cpu *c = &gic->cpus[cpu];
	u32 val;

	if (!irq)
		return intid;
	val = with_source(irq, intid);
	irq->sources &= irq->sources - 1;
	irq->latch = false;
	irq->active = true;
	c->apr |= 1u << ((irq->priority & group_mask(c, irq)) >> GIC_PRIORITY_SHIFT);
	return val;
}

static u32 read_hppir(struct user_gic *gic, unsigned int cpu, bool alias)
{
	u32 intid = visible(gic, cpu, highest_pending(gic, cpu, gic->ctlr), alias);
	const struct gic_irq *irq = gic_irq(gic, cpu, intid);

	return irq ? with_source(irq, intid) : intid;
}

/* An INTID that was not acknowledged is UNPREDICTABLE: drops the priority all the same. */
static void end_of_interrupt(struct user_gic *gic, unsigned int cpu, u32 val, bool alias)
{
	struct gic_cpu *c = &gic->cpus[cpu];
	u32 intid = val & 0x3ff;
	struct gic_irq *irq = gic_irq(gic, cpu, intid);

	if (!irq || visible(gic, cpu, intid, alias) != intid)
		return;
	c->apr &= c->apr - 1;
	if (!(c->ctlr & GICC_CTLR_EOIMODE))
		irq->active = false;
}

static void deactivate(struct user_gic *gic, unsigned int cpu, u32 val)
{
	struct gic_irq *irq = gic_irq(gic, cpu, val & 0x3ff);

	if (irq && gic->cpus[cpu].ctlr & GICC_CTLR_EOIMODE)
		irq->active = false;
}

u32 gic_cpu_read(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len)
{
	struct gic_cpu *c = &gic->cpus[cpu];

	if (len != 4)
		return 0;
	switch (offset) {
	case GICC_CTLR:
		return c->ctlr;
	case GICC_PMR:
		return c->pmr;
	case GICC_BPR:
		return c->bpr;
	case GICC_IAR:
		return acknowledge(gic, cpu, false);
	case GICC_RPR:
		return running_priority(c);
	case GICC_HPPIR:
		return read_hppir(gic, cpu, false);
	case GICC_ABPR:
		return c->abpr;
	case GICC_AIAR:
		return acknowledge(gic, cpu, true);
	case GICC_AHPPIR:
		return read_hppir(gic, cpu, true);
	case GICC_APR0:
		return c->apr;
	case GICC_IIDR:
		return IIDR;
	}
	return 0;
}

static u32 at_least(u32 val, u32 min)
{
	return val < min ? min : val;
}

void gic_cpu_write(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len, u32 val)
{
	struct gic_cpu *c = &gic->cpus[cpu];

	if (len != 4)
		return;
	switch (offset) {
	case GICC_CTLR:
		c->ctlr = val & GICC_CTLR_MASK;
		break;
	case GICC_PMR:
		c->pmr = val & GIC_PRIORITY_MASK;
		break;
	case GICC_BPR:
		c->bpr = at_least(val & 7, MIN_BPR);
		break;
	case GICC_EOIR:
		end_of_interrupt(gic, cpu, val, false);
		break;
	case GICC_ABPR:
		c->abpr = at_least(val & 7, MIN_ABPR);
		break;
	case GICC_AEOIR:
		end_of_interrupt(gic, cpu, val, true);
		break;
	case GICC_APR0:
		c->apr = val;
		break;
	case GICC_DIR:
		deactivate(gic, cpu, val);
		break;
	}
}
