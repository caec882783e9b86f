/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest code's drivers for a GICv2 and a GICv3, for tests that run on either.
 *
 * They know PPIs and SGIs of the CPU they are called on. The GICv2 may be the
 * one in userspace or that of vgic_create(), which has the same addresses.
 */
#ifndef SELFTEST_KVM_GUEST_GIC_H
#define SELFTEST_KVM_GUEST_GIC_H

#include "kernel_vgic.h"

/* INTIDs (Arm BSA, B_PPI_00), and what @ack and @next return instead of one */
#define GUEST_GIC_VTIMER	27
#define GUEST_GIC_PTIMER	30
#define GUEST_GIC_NONE		1023

/**
 * struct guest_gic - an interrupt controller as guest code drives it
 * @name: "v2" or "v3"
 * @type: what vgic_create() takes
 * @on: enable the distributor and the interface of this CPU, mask no priority.
 *	@split: @eoi is to drop the priority only, and @deactivate to deactivate
 * @enable: enable an interrupt; all have the same priority
 * @ack: acknowledge, which makes the interrupt active. Returns its INTID
 * @eoi: end of interrupt
 * @next: which interrupt @ack would return now
 * @is_pending: pending in the distributor, as an active one is whose line is high
 */
struct guest_gic {
	const char *name;
	u64 type;
	void (*on)(bool split);
	void (*enable)(u32 intid);
	u32 (*ack)(void);
	void (*eoi)(u32 intid);
	void (*deactivate)(u32 intid);
	u32 (*next)(void);
	bool (*is_pending)(u32 intid);
	bool (*is_active)(u32 intid);
};

extern const struct guest_gic guest_gic_v2;
extern const struct guest_gic guest_gic_v3;

#endif /* SELFTEST_KVM_GUEST_GIC_H */
