/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A GICv2 in userspace (Arm IHI 0048B.b): distributor and CPU interfaces for
 * up to 8 vCPUs, whose IRQ and FIQ pins it drives with KVM_IRQ_LINE.
 *
 * Where the architecture leaves a choice, this model
 * - has no Security Extensions, but both interrupt groups (2.3): every access
 *   sees what a Secure one would;
 * - has 32 priority levels, so that GICC_BPR is at least 2 and GICC_ABPR 3;
 * - has SGIs always enabled, and PPIs that may be level or edge triggered;
 * - has one active bit for an SGI, whatever its source: while it is active, the
 *   same SGI from another source stays pending;
 * - offers, of interrupts of equal priority, that with the lowest INTID, of an
 *   SGI's sources the lowest CPU;
 * - has no bypass: a disabled CPU interface signals nothing;
 * - reads as zero and ignores writes at reserved offsets, for unaligned
 *   accesses and for sizes other than those of 4.1.4.
 */
#ifndef SELFTEST_KVM_USER_GIC_H
#define SELFTEST_KVM_USER_GIC_H

#include "user_irq.h"

#define USER_GIC_MAX_VCPUS	8
#define USER_GIC_NR_IRQS	160	/* INTIDs 0..159 */

/* Where the registers are, guest physical, and their size in bytes */
#define USER_GIC_DIST_GPA	0x08000000ul
#define USER_GIC_DIST_SIZE	0x1000ul
#define USER_GIC_CPU_GPA	0x08010000ul
#define USER_GIC_CPU_SIZE	0x2000ul

/* INTIDs of the sources that KVM tells in the field (Arm BSA, B_PPI_00) */
#define USER_GIC_INTID_PMU	23
#define USER_GIC_INTID_VTIMER	27
#define USER_GIC_INTID_PTIMER	30

/* What GICC_IAR and GICC_HPPIR return when there is no interrupt for the reader */
#define USER_GIC_INTID_GROUP1	1022
#define USER_GIC_INTID_SPURIOUS	1023

/* Distributor registers (4.1.2), offsets from USER_GIC_DIST_GPA */
#define GICD_CTLR		0x000
#define GICD_TYPER		0x004
#define GICD_IIDR		0x008
#define GICD_IGROUPR		0x080
#define GICD_ISENABLER		0x100
#define GICD_ICENABLER		0x180
#define GICD_ISPENDR		0x200
#define GICD_ICPENDR		0x280
#define GICD_ISACTIVER		0x300
#define GICD_ICACTIVER		0x380
#define GICD_IPRIORITYR		0x400
#define GICD_ITARGETSR		0x800
#define GICD_ICFGR		0xc00
#define GICD_SGIR		0xf00
#define GICD_CPENDSGIR		0xf10
#define GICD_SPENDSGIR		0xf20
#define GICD_ICPIDR2		0xfe8

#define GICD_SGIR_FILTER_SHIFT	24
#define GICD_SGIR_OTHERS	0x01000000
#define GICD_SGIR_SELF		0x02000000
#define GICD_SGIR_TARGETS_SHIFT	16

/* CPU interface registers (4.1.3), offsets from USER_GIC_CPU_GPA */
#define GICC_CTLR		0x000
#define GICC_PMR		0x004
#define GICC_BPR		0x008
#define GICC_IAR		0x00c
#define GICC_EOIR		0x010
#define GICC_RPR		0x014
#define GICC_HPPIR		0x018
#define GICC_ABPR		0x01c
#define GICC_AIAR		0x020
#define GICC_AEOIR		0x024
#define GICC_AHPPIR		0x028
#define GICC_APR0		0x0d0
#define GICC_IIDR		0x0fc
#define GICC_DIR		0x1000

/* Both CTLRs enable the groups; the others are GICC_CTLR's (4.4.1) */
#define GIC_CTLR_GROUP0		0x001
#define GIC_CTLR_GROUP1		0x002
#define GICC_CTLR_ACKCTL	0x004
#define GICC_CTLR_FIQEN		0x008
#define GICC_CTLR_CBPR		0x010
#define GICC_CTLR_EOIMODE	0x200
#define GICC_CTLR_MASK		0x3ff

#define GICC_RPR_IDLE		0xff

struct user_gic;

/**
 * user_gic_create() - a GIC in its reset state for @vm, which must have no irqchip
 * @nr_vcpus: how many, 1 to USER_GIC_MAX_VCPUS
 * @vcpus: the n-th of these is CPU n to the GIC; their pins must be low
 */
struct user_gic *user_gic_create(struct kvm_vm *vm, unsigned int nr_vcpus,
				 struct kvm_vcpu **vcpus);
void user_gic_free(struct user_gic *gic);

/** user_gic_map() - map the registers at their own addresses in the stage 1 of @vm */
void user_gic_map(struct kvm_vm *vm);

/* The functions below may be called by several threads at once. */

/**
 * user_gic_mmio() - carry out the MMIO access that @vcpu has exited for
 *
 * Returns false, having done nothing, if it is not for the GIC.
 */
bool user_gic_mmio(struct user_gic *gic, struct kvm_vcpu *vcpu);

/**
 * user_gic_set_irq() - set the level of an input
 * @vcpu: whose PPI it is; anything for an SPI
 * @intid: from 16 on
 */
void user_gic_set_irq(struct user_gic *gic, struct kvm_vcpu *vcpu, u32 intid, bool level);

/** user_gic_set_field() - the PPIs of @vcpu that KVM drives follow the field */
void user_gic_set_field(struct user_gic *gic, struct kvm_vcpu *vcpu, u64 field);

/**
 * user_gic_run() - run @vcpu until it returns something that is not the GIC's business
 *
 * After each run_once() the timers' and the PMU's PPIs follow the field, then an
 * access to the GIC is carried out. Forced exits are passed over; so nr_forced
 * and the other members of what is returned are those of the last exit.
 */
struct vcpu_exit user_gic_run(struct user_gic *gic, struct kvm_vcpu *vcpu);

#endif /* SELFTEST_KVM_USER_GIC_H */
