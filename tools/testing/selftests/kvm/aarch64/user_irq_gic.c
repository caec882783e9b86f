// SPDX-License-Identifier: GPL-2.0
/*
 * The userspace GICv2 as guest code sees it: does the model do what Arm IHI
 * 0048B.b says? Interrupts are masked by PSTATE, and ISR_EL1 shows the pins.
 */
#include "user_gic_guest.h"
#include "user_irqchip.h"

#define SPI_A 40
#define SPI_B 41
#define SPI_C 95
#define PPI 20

static u32 byte_read(u64 gpa)
{
	u32 val;

	asm volatile("ldrb %w0, [%1]" : "=r"(val) : "r"(gpa) : "memory");
	return val;
}

static void byte_write(u64 gpa, u32 val)
{
	asm volatile("strb %w0, [%1]" : : "rZ"(val), "r"(gpa) : "memory");
}

static u32 half_read(u64 gpa)
{
	u32 val;

	asm volatile("ldrh %w0, [%1]" : "=r"(val) : "r"(gpa) : "memory");
	return val;
}

static void half_write(u64 gpa, u32 val)
{
	asm volatile("strh %w0, [%1]" : : "rZ"(val), "r"(gpa) : "memory");
}

static u64 double_read(u64 gpa)
{
	u64 val;

	asm volatile("ldr %0, [%1]" : "=r"(val) : "r"(gpa) : "memory");
	return val;
}

static void double_write(u64 gpa, u64 val)
{
	asm volatile("str %x0, [%1]" : : "rZ"(val), "r"(gpa) : "memory");
}

static void set_edge(u32 intid)
{
	gicd_write(GICD_ICFGR + intid / 16 * 4, 2u << intid % 16 * 2);
}

/* The level of an input is the host's to set. */
static void set_line(u32 intid, bool level)
{
	GUEST_SYNC_ARGS(intid, level, 0, 0, 0);
}

static u64 pins(void)
{
	isb();
	return read_sysreg(isr_el1);
}

static void run_model(void (*guest_code)(void))
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = user_irq_vm_create(&vcpu, guest_code, NULL);
	struct user_gic *gic = user_gic_create(vm, 1, &vcpu);
	struct vcpu_exit x;

	user_gic_map(vm);
	for (;;) {
		x = user_gic_run(gic, vcpu);
		if (x.uc.cmd != UCALL_SYNC)
			break;
		user_gic_set_irq(gic, vcpu, x.uc.args[1], x.uc.args[2]);
	}
	assert_done(x);
	user_gic_free(gic);
	kvm_vm_free(vm);
}

/* 4.3.1 to 4.3.3, 4.4: what identifies the GIC, and what it is after reset */
static void guest_reset_state(void)
{
	u32 i;

	GUEST_ASSERT_EQ(gicd_read(GICD_CTLR), 0);
	GUEST_ASSERT_EQ(gicd_read(GICD_TYPER), USER_GIC_NR_IRQS / 32 - 1);
	GUEST_ASSERT_EQ(gicd_read(GICD_IIDR) & 0xfff, 0x43b);
	GUEST_ASSERT_EQ(gicd_read(GICD_ICPIDR2) & 0xf0, 0x20);
	GUEST_ASSERT_EQ(gicd_read(GICD_ISENABLER), 0xffff);
	GUEST_ASSERT_EQ(gicd_read(GICD_ICFGR), 0xaaaaaaaa);
	for (i = 4; i < USER_GIC_NR_IRQS / 8; i += 4) {
		GUEST_ASSERT_EQ(gicd_read(GICD_ISENABLER + i), 0);
		GUEST_ASSERT_EQ(gicd_read(GICD_ISPENDR + i), 0);
		GUEST_ASSERT_EQ(gicd_read(GICD_ISACTIVER + i), 0);
	}

	GUEST_ASSERT_EQ(gicc_read(GICC_CTLR), 0);
	GUEST_ASSERT_EQ(gicc_read(GICC_PMR), 0);
	GUEST_ASSERT_EQ(gicc_read(GICC_BPR), 2);
	GUEST_ASSERT_EQ(gicc_read(GICC_ABPR), 3);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), GICC_RPR_IDLE);
	GUEST_ASSERT_EQ(gicc_read(GICC_IAR), USER_GIC_INTID_SPURIOUS);
	GUEST_ASSERT_EQ(gicc_read(GICC_HPPIR), USER_GIC_INTID_SPURIOUS);
	GUEST_ASSERT_EQ(gicc_read(GICC_APR0), 0);
	GUEST_ASSERT_EQ(gicc_read(GICC_IIDR) >> 16 & 0xf, 2);
	GUEST_ASSERT_EQ(gicc_read(GICC_IIDR) & 0xfff, 0x43b);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_DONE();
}

/* 4.1.4: reserved offsets, wrong sizes, read-only and write-only registers */
static const u32 dist_reserved[] = {
	0x00c, 0x020, 0x07c,				/* reserved, implementation defined */
	GICD_IGROUPR + USER_GIC_NR_IRQS / 8,		/* beyond the last INTID */
	GICD_ISENABLER + USER_GIC_NR_IRQS / 8, GICD_ISENABLER + 0x7c,
	GICD_ISPENDR + USER_GIC_NR_IRQS / 8, GICD_ISACTIVER + USER_GIC_NR_IRQS / 8,
	GICD_IPRIORITYR + USER_GIC_NR_IRQS, 0x7fc, GICD_ITARGETSR + USER_GIC_NR_IRQS, 0xbfc,
	GICD_ICFGR + USER_GIC_NR_IRQS / 4, 0xd00, 0xe00, 0xf04, 0xf30, 0xfcc,
	GICD_SGIR,					/* write only */
};

static const u32 cpu_reserved[] = {
	0x02c, 0x03c, 0x040, 0x0cc, 0x0d4, 0x0e0, 0x0f8, 0x100, 0xffc, 0x1004, 0x1ffc,
	GICC_EOIR, GICC_AEOIR, GICC_DIR,		/* write only */
};

static void guest_bad_access(void)
{
	u64 enabler = USER_GIC_DIST_GPA + GICD_ISENABLER + SPI_A / 32 * 4;
	u64 priorities = USER_GIC_DIST_GPA + GICD_IPRIORITYR + SPI_A;
	u64 pmr = USER_GIC_CPU_GPA + GICC_PMR;
	u32 i, val;

	for (i = 0; i < ARRAY_SIZE(dist_reserved); i++) {
		/* A list of no targets, so that GICD_SGIR does nothing either */
		gicd_write(dist_reserved[i], 0xfc00ffff);
		GUEST_ASSERT_EQ(gicd_read(dist_reserved[i]), 0);
	}
	for (i = 0; i < ARRAY_SIZE(cpu_reserved); i++) {
		gicc_write(cpu_reserved[i], ~0u);
		GUEST_ASSERT_EQ(gicc_read(cpu_reserved[i]), 0);
	}

	/* Read only */
	val = gicd_read(GICD_TYPER);
	gicd_write(GICD_TYPER, ~val);
	GUEST_ASSERT_EQ(gicd_read(GICD_TYPER), val);
	gicc_write(GICC_RPR, 0);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), GICC_RPR_IDLE);
	gicd_write(GICD_ICFGR, 0);
	GUEST_ASSERT_EQ(gicd_read(GICD_ICFGR), 0xaaaaaaaa);

	/* Words only */
	gicd_write(enabler - USER_GIC_DIST_GPA, 0x0f0f0f0f);
	gicc_write(GICC_PMR, 0xf0);
	byte_write(enabler, 0xff);
	half_write(enabler, 0xffff);
	double_write(enabler, ~0ul);
	writel(~0u, (void *)(enabler + 2));
	byte_write(pmr, 0);
	half_write(pmr, 0);
	double_write(USER_GIC_CPU_GPA + GICC_CTLR, ~0ul);
	GUEST_ASSERT_EQ(readl((void *)enabler), 0x0f0f0f0f);
	GUEST_ASSERT_EQ(gicc_read(GICC_PMR), 0xf0);
	GUEST_ASSERT_EQ(gicc_read(GICC_CTLR), 0);
	GUEST_ASSERT_EQ(byte_read(enabler), 0);
	GUEST_ASSERT_EQ(half_read(enabler), 0);
	GUEST_ASSERT_EQ(double_read(enabler), 0);
	GUEST_ASSERT_EQ(readl((void *)(enabler + 2)), 0);
	GUEST_ASSERT_EQ(byte_read(pmr), 0);
	GUEST_ASSERT_EQ(double_read(pmr - 4), 0);

	/* Bytes and words, no halfwords */
	writel(0x80604020, (void *)priorities);
	GUEST_ASSERT_EQ(byte_read(priorities + 2), 0x60);
	byte_write(priorities + 1, 0x10);
	half_write(priorities, 0xf8f8);
	double_write(priorities, 0);
	GUEST_ASSERT_EQ(readl((void *)priorities), 0x80601020);
	GUEST_ASSERT_EQ(half_read(priorities), 0);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_DONE();
}

/* 4.3.5, 4.3.6, and the enables of distributor and CPU interface */
static void guest_enables(void)
{
	gic_on();
	set_line(SPI_A, true);
	GUEST_ASSERT(gicd_read_bit(GICD_ISPENDR, SPI_A));
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);

	gicd_write_bit(GICD_ISENABLER, SPI_A);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	gicd_write_bit(GICD_ISENABLER, SPI_B);
	gicd_write(GICD_ICENABLER + SPI_A / 32 * 4, 0);
	GUEST_ASSERT(gicd_read_bit(GICD_ISENABLER, SPI_A) && gicd_read_bit(GICD_ICENABLER, SPI_B));

	gicd_write_bit(GICD_ICENABLER, SPI_A);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISENABLER, SPI_A) && gicd_read_bit(GICD_ISENABLER, SPI_B));
	GUEST_ASSERT_EQ(pins(), 0);
	gicd_write_bit(GICD_ISENABLER, SPI_A);

	gicd_write(GICD_CTLR, 0);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_ASSERT_EQ(gicc_read(GICC_HPPIR), USER_GIC_INTID_SPURIOUS);
	gicd_write(GICD_CTLR, GIC_CTLR_GROUP0);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	gicc_write(GICC_CTLR, 0);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);
	gicc_write(GICC_CTLR, GIC_CTLR_GROUP0);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_ASSERT_EQ(gic_ack(), SPI_A);
	set_line(SPI_A, false);
	gic_eoi(SPI_A);

	gicd_write(GICD_ICENABLER, 0xffff);
	GUEST_ASSERT_EQ(gicd_read(GICD_ISENABLER), 0xffff);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_DONE();
}

/* 3.2.4: the states of a level-sensitive interrupt, PPI and SPI */
static void check_level(u32 intid)
{
	gicd_write_bit(GICD_ISENABLER, intid);
	set_line(intid, true);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	gicd_write_bit(GICD_ICPENDR, intid);
	GUEST_ASSERT(gicd_read_bit(GICD_ISPENDR, intid));

	/* Active and pending: silent until the end, then signalled again. */
	GUEST_ASSERT_EQ(gic_ack(), intid);
	GUEST_ASSERT(gicd_read_bit(GICD_ISACTIVER, intid) && gicd_read_bit(GICD_ICPENDR, intid));
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);
	gic_eoi(intid);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISACTIVER, intid));
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);

	/* Nothing is remembered of a level that has gone. */
	set_line(intid, false);
	set_line(intid, true);
	set_line(intid, false);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISPENDR, intid));
	GUEST_ASSERT_EQ(pins(), 0);

	/* Set by software: until acknowledged, or cleared. */
	gicd_write_bit(GICD_ISPENDR, intid);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_ASSERT_EQ(gic_ack(), intid);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISPENDR, intid));
	gic_eoi(intid);
	gicd_write_bit(GICD_ISPENDR, intid);
	gicd_write_bit(GICD_ICPENDR, intid);
	GUEST_ASSERT_EQ(pins(), 0);
}

static void guest_level(void)
{
	gic_on();
	check_level(SPI_C);
	check_level(PPI);
	GUEST_DONE();
}

static void check_edge(u32 intid)
{
	set_edge(intid);
	GUEST_ASSERT_EQ(gicd_read(GICD_ICFGR + intid / 16 * 4), 2u << intid % 16 * 2);
	gicd_write_bit(GICD_ISENABLER, intid);

	/* Remembered when the line has fallen; two rises are one interrupt. */
	set_line(intid, true);
	set_line(intid, false);
	set_line(intid, true);
	GUEST_ASSERT_EQ(gic_ack(), intid);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISPENDR, intid) && gicd_read_bit(GICD_ISACTIVER, intid));

	/* A rise while it is active is the next one. */
	set_line(intid, false);
	set_line(intid, true);
	GUEST_ASSERT(gicd_read_bit(GICD_ISPENDR, intid) && gicd_read_bit(GICD_ISACTIVER, intid));
	GUEST_ASSERT_EQ(pins(), 0);
	gic_eoi(intid);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_ASSERT_EQ(gic_ack(), intid);
	gic_eoi(intid);
	GUEST_ASSERT_EQ(pins(), 0);

	set_line(intid, false);
	set_line(intid, true);
	gicd_write_bit(GICD_ICPENDR, intid);
	GUEST_ASSERT_EQ(pins(), 0);
}

static void guest_edge(void)
{
	gic_on();
	check_edge(SPI_A);
	check_edge(PPI);
	GUEST_DONE();
}

/* 4.3.9, 4.3.10 */
static void guest_active(void)
{
	gic_on();
	gicd_write_bit(GICD_ISENABLER, SPI_A);
	gicd_write_bit(GICD_ISACTIVER, SPI_A);
	set_line(SPI_A, true);
	GUEST_ASSERT_EQ(pins(), 0);
	gicd_write_bit(GICD_ICACTIVER, SPI_A);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_ASSERT_EQ(gic_ack(), SPI_A);

	/* Deactivated behind the CPU interface's back: its priority still runs. */
	gicd_write_bit(GICD_ICACTIVER, SPI_A);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), 0);
	GUEST_ASSERT_EQ(pins(), 0);
	gic_eoi(SPI_A);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_DONE();
}

/* 3.3, 4.3.11, 4.4.2: who comes first, and the mask */
static void guest_priorities(void)
{
	static const u32 order[] = { SPI_B, SPI_A, SPI_C };
	u32 i;

	gic_on();
	gic_enable(SPI_A, 0x80);
	gic_enable(SPI_B, 0x40);
	gic_enable(SPI_C, 0x87);		/* the lower bits are not there */
	GUEST_ASSERT_EQ(gicd_read_byte(GICD_IPRIORITYR + SPI_C), 0x80);
	set_line(SPI_C, true);
	set_line(SPI_A, true);
	set_line(SPI_B, true);

	/* Masked are those that are not higher than the mask. */
	gicc_write(GICC_PMR, 0x40);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);
	GUEST_ASSERT_EQ(gicc_read(GICC_HPPIR), SPI_B);
	gicc_write(GICC_PMR, 0x48);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	gicc_write(GICC_PMR, 0xff);
	GUEST_ASSERT_EQ(gicc_read(GICC_PMR), 0xf8);

	for (i = 0; i < ARRAY_SIZE(order); i++) {
		GUEST_ASSERT_EQ(gicc_read(GICC_HPPIR), order[i]);
		GUEST_ASSERT_EQ(gic_ack(), order[i]);
		set_line(order[i], false);
		gic_eoi(order[i]);
	}
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);

	/* The lowest priority cannot be unmasked. */
	gic_enable(SPI_A, 0xff);
	set_line(SPI_A, true);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_DONE();
}

/* 3.3.2, 3.3.3: preemption, binary point, running priority */
static void guest_preemption(void)
{
	gic_on();
	gic_enable(SPI_A, 0x80);
	gic_enable(SPI_B, 0x80);
	set_line(SPI_A, true);
	GUEST_ASSERT_EQ(gic_ack(), SPI_A);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), 0x80);
	GUEST_ASSERT_EQ(gicc_read(GICC_APR0), 1u << (0x80 >> 3));

	set_line(SPI_B, true);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_SPURIOUS);
	gic_set_priority(SPI_B, 0x78);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);

	/* Coarser groups: 0x60 to 0x78 are one, then all are. */
	gicc_write(GICC_BPR, 4);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	gicc_write(GICC_BPR, 7);
	GUEST_ASSERT_EQ(pins(), 0);
	gicc_write(GICC_BPR, 0);
	GUEST_ASSERT_EQ(gicc_read(GICC_BPR), 2);

	GUEST_ASSERT_EQ(gic_ack(), SPI_B);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), 0x78);
	GUEST_ASSERT_EQ(gicc_read(GICC_APR0), 1u << (0x80 >> 3) | 1u << (0x78 >> 3));
	set_line(SPI_A, false);
	set_line(SPI_B, false);
	gic_eoi(SPI_B);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), 0x80);
	gic_eoi(SPI_A);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), GICC_RPR_IDLE);

	/* In a group the subpriority decides about the order only. */
	gicc_write(GICC_BPR, 4);
	gic_set_priority(SPI_A, 0x98);
	gic_set_priority(SPI_B, 0x90);
	set_line(SPI_A, true);
	GUEST_ASSERT_EQ(gic_ack(), SPI_A);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), 0x80);
	set_line(SPI_B, true);
	GUEST_ASSERT_EQ(pins(), 0);
	gic_eoi(SPI_A);
	GUEST_ASSERT_EQ(gic_ack(), SPI_B);
	gic_eoi(SPI_B);
	GUEST_DONE();
}

/* 3.2.1: priority drop and deactivation apart */
static void guest_eoimode(void)
{
	gic_on();
	gic_enable(SPI_A, 0x80);
	gic_enable(SPI_B, 0xa0);
	set_line(SPI_A, true);
	set_line(SPI_B, true);

	/* Together, GICC_DIR does nothing. */
	GUEST_ASSERT_EQ(gic_ack(), SPI_A);
	gicc_write(GICC_DIR, SPI_A);
	GUEST_ASSERT(gicd_read_bit(GICD_ISACTIVER, SPI_A));
	gic_eoi(SPI_A);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISACTIVER, SPI_A));

	gicc_write(GICC_CTLR, GIC_CTLR_GROUP0 | GICC_CTLR_EOIMODE);
	GUEST_ASSERT_EQ(gic_ack(), SPI_A);
	gic_eoi(SPI_A);
	GUEST_ASSERT(gicd_read_bit(GICD_ISACTIVER, SPI_A));
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), GICC_RPR_IDLE);

	/* A lower one may run now, and ends first. */
	GUEST_ASSERT_EQ(gic_ack(), SPI_B);
	set_line(SPI_B, false);
	gic_eoi(SPI_B);
	gicc_write(GICC_DIR, SPI_B);
	GUEST_ASSERT(!gicd_read_bit(GICD_ISACTIVER, SPI_B));
	GUEST_ASSERT_EQ(pins(), 0);
	gicc_write(GICC_DIR, SPI_A);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_DONE();
}

/* 4.3.4, 4.4.4: groups, and the pin of each */
static void guest_groups(void)
{
	u32 both = GIC_CTLR_GROUP0 | GIC_CTLR_GROUP1;

	gic_on();
	gic_enable(SPI_A, 0x40);
	gic_enable(SPI_B, 0x80);
	gicd_write_bit(GICD_IGROUPR, SPI_A);
	GUEST_ASSERT(gicd_read_bit(GICD_IGROUPR, SPI_A) && !gicd_read_bit(GICD_IGROUPR, SPI_B));
	set_line(SPI_A, true);
	GUEST_ASSERT_EQ(pins(), 0);
	gicd_write(GICD_CTLR, both);
	GUEST_ASSERT_EQ(pins(), 0);
	gicc_write(GICC_CTLR, both | GICC_CTLR_FIQEN);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);

	/* Group 1 is acknowledged by the alias, unless AckCtl allows it all. */
	GUEST_ASSERT_EQ(gicc_read(GICC_HPPIR), USER_GIC_INTID_GROUP1);
	GUEST_ASSERT_EQ(gic_ack(), USER_GIC_INTID_GROUP1);
	GUEST_ASSERT_EQ(gicc_read(GICC_AHPPIR), SPI_A);
	GUEST_ASSERT_EQ(gicc_read(GICC_AIAR), SPI_A);
	gicc_write(GICC_AEOIR, SPI_A);
	GUEST_ASSERT_EQ(gicc_read(GICC_RPR), GICC_RPR_IDLE);
	gicc_write(GICC_CTLR, both | GICC_CTLR_FIQEN | GICC_CTLR_ACKCTL);
	GUEST_ASSERT_EQ(gic_ack(), SPI_A);
	set_line(SPI_A, false);
	gic_eoi(SPI_A);
	GUEST_ASSERT_EQ(pins(), 0);

	/* Group 0 is the FIQ's where it is enabled, and nothing to the alias. */
	set_line(SPI_B, true);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_F);
	gicc_write(GICC_CTLR, both);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	GUEST_ASSERT_EQ(gicc_read(GICC_AIAR), USER_GIC_INTID_SPURIOUS);
	GUEST_ASSERT_EQ(gic_ack(), SPI_B);

	/* Each has its binary point, unless CBPR makes it one. */
	set_line(SPI_A, true);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	gicc_write(GICC_BPR, 7);
	GUEST_ASSERT_EQ(pins(), ISR_EL1_I);
	gicc_write(GICC_CTLR, both | GICC_CTLR_CBPR);
	GUEST_ASSERT_EQ(pins(), 0);
	GUEST_DONE();
}

#define MODEL_TEST(_name)							\
static void test_##_name(const struct guest_timer *t)				\
{										\
	(void)t;								\
	run_model(guest_##_name);						\
}

MODEL_TEST(reset_state)
MODEL_TEST(bad_access)
MODEL_TEST(enables)
MODEL_TEST(level)
MODEL_TEST(edge)
MODEL_TEST(active)
MODEL_TEST(priorities)
MODEL_TEST(preemption)
MODEL_TEST(eoimode)
MODEL_TEST(groups)

static const struct subtest subtests[] = {
	{ "NEW-6.reset", "GICv2 model: identification and reset state", test_reset_state, NULL },
	{ "NEW-6.access", "GICv2 model: bad accesses read as zero, writes ignored",
	  test_bad_access, NULL },
	{ "NEW-6.enable", "GICv2 model: enables", test_enables, NULL },
	{ "NEW-6.level", "GICv2 model: level-sensitive interrupts", test_level, NULL },
	{ "NEW-6.edge", "GICv2 model: edge-triggered interrupts", test_edge, NULL },
	{ "NEW-6.active", "GICv2 model: active state", test_active, NULL },
	{ "NEW-6.priority", "GICv2 model: order and priority mask", test_priorities, NULL },
	{ "NEW-6.preempt", "GICv2 model: preemption and binary point", test_preemption, NULL },
	{ "NEW-6.eoimode", "GICv2 model: priority drop and deactivation apart", test_eoimode,
	  NULL },
	{ "NEW-6.group", "GICv2 model: interrupt groups, IRQ and FIQ", test_groups, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
