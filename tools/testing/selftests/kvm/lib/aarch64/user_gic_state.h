/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the distributor and the CPU interfaces of the userspace GICv2 share.
 */
#ifndef SELFTEST_KVM_USER_GIC_STATE_H
#define SELFTEST_KVM_USER_GIC_STATE_H

#include <pthread.h>

#include "user_gic.h"

#define GIC_NR_SGIS	16
#define GIC_NR_BANKED	32	/* SGIs and PPIs: one set for each CPU */

/* 32 priorities: the upper 5 bits of the 8 */
#define GIC_PRIORITY_SHIFT	3
#define GIC_PRIORITY_MASK	0xf8

/**
 * struct gic_irq - an interrupt as one CPU sees it
 * @edge: edge triggered
 * @line: level of the input
 * @latch: pending by an edge or by GICD_ISPENDR, until acknowledged or cleared
 * @sources: for an SGI, the CPUs that it is pending from
 * @targets: for an SPI, the CPUs that it goes to
 */
struct gic_irq {
	bool enabled;
	bool group1;
	bool edge;
	bool line;
	bool latch;
	bool active;
	u8 priority;
	u8 sources;
	u8 targets;
};

/**
 * struct gic_cpu - a CPU interface, and the interrupts that are the CPU's own
 * @apr: bit n: an interrupt of group priority n << GIC_PRIORITY_SHIFT runs
 * @field: device_irq_level as last given by user_gic_set_field()
 * @irq: level of the IRQ pin as last given to KVM
 * @fiq: level of the FIQ pin
 * @again: another thread has changed a pin since. KVM may lose that (bug B01, which
 *	   is NEW-7's business), so the vCPU's own thread does it again
 */
struct gic_cpu {
	struct kvm_vcpu *vcpu;
	struct gic_irq banked[GIC_NR_BANKED];
	u32 ctlr;
	u32 pmr;
	u32 bpr;
	u32 abpr;
	u32 apr;
	u64 field;
	bool irq;
	bool fiq;
	bool again;
};

struct user_gic {
	pthread_mutex_t lock;
	u32 ctlr;
	unsigned int nr_cpus;
	struct gic_cpu cpus[USER_GIC_MAX_VCPUS];
	struct gic_irq spis[USER_GIC_NR_IRQS - GIC_NR_BANKED];
};

/** gic_irq() - an interrupt, NULL if there is none of that number */
struct gic_irq *gic_irq(struct user_gic *gic, unsigned int cpu, u32 intid);

/** gic_irq_pending() - pending, or pending and active */
static inline bool gic_irq_pending(const struct gic_irq *irq)
{
	return irq->latch || irq->sources || (irq->line && !irq->edge);
}

/* The registers; accesses have a legal size and alignment in general (1 or 4 bytes) */
u32 gic_dist_read(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len);
void gic_dist_write(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len, u32 val);
u32 gic_cpu_read(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len);
void gic_cpu_write(struct user_gic *gic, unsigned int cpu, u32 offset, unsigned int len, u32 val);

/** gic_cpu_signal() - what the interface of @cpu should drive its pins to */
void gic_cpu_signal(struct user_gic *gic, unsigned int cpu, bool *irq, bool *fiq);

/** gic_cpu_reset() - registers of the interface of @cpu */
void gic_cpu_reset(struct user_gic *gic, unsigned int cpu);

#endif /* SELFTEST_KVM_USER_GIC_STATE_H */
