/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The smallest interrupt controller: device_irq_level (the field) wired to the
 * IRQ and FIQ pins of a vCPU, with nothing in between.
 */
#ifndef SELFTEST_KVM_USER_IRQCHIP_H
#define SELFTEST_KVM_USER_IRQCHIP_H

#include "user_irq.h"

/* ISR_EL1 (Arm ARM D19.2): what waits to be taken, PSTATE masks disregarded */
#ifndef ISR_EL1_F
#define ISR_EL1_F 0x40ul
#define ISR_EL1_I 0x80ul
#endif

/**
 * vcpu_pin_encode() - the irq argument of KVM_IRQ_LINE for a pin of a vCPU
 * @vcpu: KVM took its index up to 6.1 and takes its id since 6.7. The library
 *	  gives the two the same value unless a test chooses its ids
 * @pin: KVM_ARM_IRQ_CPU_IRQ or KVM_ARM_IRQ_CPU_FIQ
 *
 * Documentation/virt/kvm/api.rst, KVM_IRQ_LINE; ids from 256 on need
 * KVM_CAP_ARM_IRQ_LINE_LAYOUT_2.
 */
u32 vcpu_pin_encode(const struct kvm_vcpu *vcpu, u32 pin);

/** vcpu_pin_set() - drive a pin; from any thread, whatever the vCPU does */
void vcpu_pin_set(struct kvm_vcpu *vcpu, u32 pin, bool level);

/** vcpu_pins_set() - drive both: @isr is 0, ISR_EL1_I, ISR_EL1_F or the two */
void vcpu_pins_set(struct kvm_vcpu *vcpu, u64 isr);

/**
 * struct user_irqchip - the wiring of a vCPU and the state of its pins
 * @irq_mask: the IRQ pin is high while any of these bits of the field is
 * @fiq_mask: the same for the FIQ pin
 * @irq: level of the IRQ pin as last given to KVM
 * @fiq: level of the FIQ pin
 * @nr_irq_rises: how often the IRQ pin went from low to high
 * @nr_fiq_rises: how often the FIQ pin did
 */
struct user_irqchip {
	struct kvm_vcpu *vcpu;
	u64 irq_mask;
	u64 fiq_mask;
	bool irq;
	bool fiq;
	unsigned int nr_irq_rises;
	unsigned int nr_fiq_rises;
};

/** user_irqchip_init() - wire @vcpu, whose pins must be low */
void user_irqchip_init(struct user_irqchip *chip, struct kvm_vcpu *vcpu, u64 irq_mask,
		       u64 fiq_mask);

/** user_irqchip_update() - let the pins follow @field; calls KVM for changes only */
void user_irqchip_update(struct user_irqchip *chip, u64 field);

/** user_irqchip_run() - run_once(), then the pins follow the field */
struct vcpu_exit user_irqchip_run(struct user_irqchip *chip);

/** user_irqchip_run_past_forced() - the same until it is no forced exit */
struct vcpu_exit user_irqchip_run_past_forced(struct user_irqchip *chip);

#endif /* SELFTEST_KVM_USER_IRQCHIP_H */
