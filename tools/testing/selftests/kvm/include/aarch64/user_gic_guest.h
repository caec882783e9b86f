/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest code's access to the userspace GICv2, mapped by user_gic_map().
 */
#ifndef SELFTEST_KVM_USER_GIC_GUEST_H
#define SELFTEST_KVM_USER_GIC_GUEST_H

#include "user_gic.h"

static inline u32 gicd_read(u32 offset)
{
	return readl((void *)(USER_GIC_DIST_GPA + offset));
}

static inline void gicd_write(u32 offset, u32 val)
{
	writel(val, (void *)(USER_GIC_DIST_GPA + offset));
}

static inline u32 gicc_read(u32 offset)
{
	return readl((void *)(USER_GIC_CPU_GPA + offset));
}

static inline void gicc_write(u32 offset, u32 val)
{
	writel(val, (void *)(USER_GIC_CPU_GPA + offset));
}

static inline u32 gicd_read_byte(u32 offset)
{
	u32 val;

	asm volatile("ldrb %w0, [%1]" : "=r"(val) : "r"(USER_GIC_DIST_GPA + offset) : "memory");
	return val;
}

static inline void gicd_write_byte(u32 offset, u32 val)
{
	asm volatile("strb %w0, [%1]" : : "rZ"(val), "r"(USER_GIC_DIST_GPA + offset) : "memory");
}

/** gicd_read_bit() - the bit of @intid in the registers GICD_<reg>n */
static inline bool gicd_read_bit(u32 reg, u32 intid)
{
	return gicd_read(reg + intid / 32 * 4) >> intid % 32 & 1;
}

/** gicd_write_bit() - write a word that has just this bit set */
static inline void gicd_write_bit(u32 reg, u32 intid)
{
	gicd_write(reg + intid / 32 * 4, 1u << intid % 32);
}

static inline void gic_set_priority(u32 intid, u32 priority)
{
	gicd_write_byte(GICD_IPRIORITYR + intid, priority);
}

/** gic_enable() - give @intid a priority and enable it */
static inline void gic_enable(u32 intid, u32 priority)
{
	gic_set_priority(intid, priority);
	gicd_write_bit(GICD_ISENABLER, intid);
}

/** gic_on() - enable group 0 in the distributor and this CPU's interface, mask nothing */
static inline void gic_on(void)
{
	gicd_write(GICD_CTLR, GIC_CTLR_GROUP0);
	gicc_write(GICC_CTLR, GIC_CTLR_GROUP0);
	gicc_write(GICC_PMR, 0xff);
}

/** gic_ack() - GICC_IAR: the INTID, an SGI's source CPU from bit 10 on */
static inline u32 gic_ack(void)
{
	return gicc_read(GICC_IAR);
}

/** gic_eoi() - @iar as gic_ack() returned it */
static inline void gic_eoi(u32 iar)
{
	gicc_write(GICC_EOIR, iar);
}

#endif /* SELFTEST_KVM_USER_GIC_GUEST_H */
