/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMs without an in-kernel irqchip, and their vCPUs, beyond what kvm_util has.
 */
#ifndef SELFTEST_KVM_USER_VCPU_H
#define SELFTEST_KVM_USER_VCPU_H

#include <linux/psci.h>

#include "kvm_util_compat.h"

/** user_irq_require() - skip the test unless the host has KVM_CAP_ARM_USER_IRQ */
void user_irq_require(void);

/**
 * user_irq_vm_create_empty() - a VM without irqchip and without vCPUs
 * @nr_vcpus: how many user_irq_vcpu_add() will be called for
 *
 * Handlers of guest exceptions may be installed. Skips the test where the host has
 * no KVM_CAP_ARM_USER_IRQ.
 */
struct kvm_vm *user_irq_vm_create_empty(u32 nr_vcpus);

/**
 * user_irq_vcpu_add() - add a vCPU that starts at @guest_code, with PSCI 0.2 and exceptions
 * @init: further features, whatever its target says; or NULL
 */
struct kvm_vcpu *user_irq_vcpu_add(struct kvm_vm *vm, u32 vcpu_id,
				   const struct kvm_vcpu_init *init, void *guest_code);

/** user_irq_vm_create_with_vcpus() - both; vCPU n has the id n */
struct kvm_vm *user_irq_vm_create_with_vcpus(u32 nr_vcpus, void *guest_code,
					     struct kvm_vcpu *vcpus[]);

/** vcpu_init_again() - KVM_ARM_VCPU_INIT, then @guest_code on the stack that @vcpu had */
void vcpu_init_again(struct kvm_vcpu *vcpu, const struct kvm_vcpu_init *init, void *guest_code);

/** guest_psci() - guest side: an HVC to a PSCI function without arguments. Returns X0 */
u64 guest_psci(u32 function);

#endif /* SELFTEST_KVM_USER_VCPU_H */
