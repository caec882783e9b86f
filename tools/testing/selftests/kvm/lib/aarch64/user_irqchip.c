// SPDX-License-Identifier: GPL-2.0
/*
 * device_irq_level wired straight to the pins of a vCPU.
 */
#include "user_irqchip.h"

/* api.rst's layout of the KVM_IRQ_LINE argument: vcpu2 | type | vcpu | number */
#define IRQ_LINE_VCPU2_SHIFT	28
#define IRQ_LINE_TYPE_SHIFT	24
#define IRQ_LINE_VCPU_SHIFT	16
#define IRQ_LINE_VCPU_BITS	8

u32 vcpu_pin_encode(const struct kvm_vcpu *vcpu, u32 pin)
{
	u32 low = vcpu->id & ((1u << IRQ_LINE_VCPU_BITS) - 1);
	u32 high = vcpu->id >> IRQ_LINE_VCPU_BITS;

	return high << IRQ_LINE_VCPU2_SHIFT | KVM_ARM_IRQ_TYPE_CPU << IRQ_LINE_TYPE_SHIFT |
	       low << IRQ_LINE_VCPU_SHIFT | pin;
}

void vcpu_pin_set(struct kvm_vcpu *vcpu, u32 pin, bool level)
{
	kvm_irq_line(vcpu->vm, vcpu_pin_encode(vcpu, pin), level);
}

void vcpu_pins_set(struct kvm_vcpu *vcpu, u64 isr)
{
	vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_IRQ, isr & ISR_EL1_I);
	vcpu_pin_set(vcpu, KVM_ARM_IRQ_CPU_FIQ, isr & ISR_EL1_F);
}

void user_irqchip_init(struct user_irqchip *chip, struct kvm_vcpu *vcpu, u64 irq_mask,
		       u64 fiq_mask)
{
	*chip = (struct user_irqchip) {
		.vcpu = vcpu, .irq_mask = irq_mask, .fiq_mask = fiq_mask,
	};
}

static void pin_follow(struct kvm_vcpu *vcpu, u32 pin, bool level, bool *now,
		       unsigned int *nr_rises)
{
	if (level == *now)
		return;
	vcpu_pin_set(vcpu, pin, level);
	*now = level;
	*nr_rises += level;
}

void user_irqchip_update(struct user_irqchip *chip, u64 field)
{
	pin_follow(chip->vcpu, KVM_ARM_IRQ_CPU_IRQ, field & chip->irq_mask, &chip->irq,
		   &chip->nr_irq_rises);
	pin_follow(chip->vcpu, KVM_ARM_IRQ_CPU_FIQ, field & chip->fiq_mask, &chip->fiq,
		   &chip->nr_fiq_rises);
}

struct vcpu_exit user_irqchip_run(struct user_irqchip *chip)
{
	struct vcpu_exit x = run_once(chip->vcpu);

	user_irqchip_update(chip, x.level);
	return x;
}

struct vcpu_exit user_irqchip_run_past_forced(struct user_irqchip *chip)
{
	unsigned int nr_forced;
	struct vcpu_exit x;

	for (nr_forced = 0; nr_forced < MAX_FORCED; nr_forced++) {
		x = user_irqchip_run(chip);
		if (!x.forced) {
			x.nr_forced = nr_forced;
			return x;
		}
	}
	TEST_FAIL("%d forced exits in a row: an endless stream", MAX_FORCED);
}
