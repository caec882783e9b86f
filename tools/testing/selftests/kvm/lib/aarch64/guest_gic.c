// SPDX-License-Identifier: GPL-2.0
/*
 * Guest side of a GICv2 (Arm IHI 0048B.b) and a GICv3 (Arm IHI 0069H).
 */
#include "guest_gic.h"
#include "user_gic_guest.h"

#define PRIORITY 0x80

static void v2_on(bool split)
{
	gic_on();
	gicc_write(GICC_CTLR, GIC_CTLR_GROUP0 | (split ? GICC_CTLR_EOIMODE : 0));
}

static void v2_enable(u32 intid)
{
	gic_enable(intid, PRIORITY);
}

static void v2_deactivate(u32 intid)
{
	gicc_write(GICC_DIR, intid);
}

static u32 v2_next(void)
{
	return gicc_read(GICC_HPPIR);
}

static bool v2_is_pending(u32 intid)
{
	return gicd_read_bit(GICD_ISPENDR, intid);
}

static bool v2_is_active(u32 intid)
{
	return gicd_read_bit(GICD_ISACTIVER, intid);
}

const struct guest_gic guest_gic_v2 = {
	.name = "v2",
	.type = KVM_DEV_TYPE_ARM_VGIC_V2,
	.on = v2_on,
	.enable = v2_enable,
	.ack = gic_ack,
	.eoi = gic_eoi,
	.deactivate = v2_deactivate,
	.next = v2_next,
	.is_pending = v2_is_pending,
	.is_active = v2_is_active,
};

/*
 * Non-secure view of a GICv3, affinity routing on (12.9). What GICD has for
 * SPIs, a CPU's redistributor has for its SGIs and PPIs in its second frame, at
 * the same offsets.
 */
#define V3_GICD_CTLR_GROUP1	0x02
#define V3_GICD_CTLR_ARE	0x10
#define V3_ICC_CTLR_EOIMODE	0x02
#define V3_ICC_SRE_SRE		0x01

static void *v3_sgi_frame(u32 offset)
{
	u64 redist = VGIC_REDIST_GPA + guest_get_vcpuid() * VGIC_REDIST_SIZE;

	return (void *)(redist + VGIC_REDIST_SIZE / 2 + offset);
}

static void v3_on(bool split)
{
	gicd_write(GICD_CTLR, V3_GICD_CTLR_ARE | V3_GICD_CTLR_GROUP1);
	writel(~0u, v3_sgi_frame(GICD_IGROUPR));
	write_sysreg(V3_ICC_SRE_SRE, icc_sre_el1);
	isb();
	write_sysreg(0xff, icc_pmr_el1);
	write_sysreg(split ? V3_ICC_CTLR_EOIMODE : 0, icc_ctlr_el1);
	write_sysreg(1, icc_igrpen1_el1);
	isb();
}

static void v3_enable(u32 intid)
{
	u32 shift = intid % 4 * 8;
	void *priorities = v3_sgi_frame(GICD_IPRIORITYR + intid / 4 * 4);

	writel((readl(priorities) & ~(0xffu << shift)) | PRIORITY << shift, priorities);
	writel(1u << intid, v3_sgi_frame(GICD_ISENABLER));
}

static u32 v3_ack(void)
{
	u32 intid = read_sysreg(icc_iar1_el1);

	dsb(sy);
	return intid;
}

static void v3_eoi(u32 intid)
{
	write_sysreg(intid, icc_eoir1_el1);
	isb();
}

static void v3_deactivate(u32 intid)
{
	write_sysreg(intid, icc_dir_el1);
	isb();
}

static u32 v3_next(void)
{
	return read_sysreg(icc_hppir1_el1);
}

static bool v3_is_pending(u32 intid)
{
	return readl(v3_sgi_frame(GICD_ISPENDR)) >> intid & 1;
}

static bool v3_is_active(u32 intid)
{
	return readl(v3_sgi_frame(GICD_ISACTIVER)) >> intid & 1;
}

const struct guest_gic guest_gic_v3 = {
	.name = "v3",
	.type = KVM_DEV_TYPE_ARM_VGIC_V3,
	.on = v3_on,
	.enable = v3_enable,
	.ack = v3_ack,
	.eoi = v3_eoi,
	.deactivate = v3_deactivate,
	.next = v3_next,
	.is_pending = v3_is_pending,
	.is_active = v3_is_active,
};
