/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In-kernel interrupt controllers, for the control group.
 */
#ifndef SELFTEST_KVM_KERNEL_VGIC_H
#define SELFTEST_KVM_KERNEL_VGIC_H

#include "user_gic.h"

/*
 * Where vgic_create() puts the interrupt controller: guest code that drives the
 * one in userspace finds a vgic v2 at the same addresses.
 */
#define VGIC_DIST_GPA	USER_GIC_DIST_GPA
#define VGIC_CPU_GPA	USER_GIC_CPU_GPA	/* vgic v2: CPU interface */
#define VGIC_REDIST_GPA	0x08020000ul	/* vgic v3: redistributors */
#define VGIC_REDIST_SIZE 0x20000ul	/* of each vCPU's */
#define VGIC_MAX_VCPUS	8

/** vgic_supported() - can the host create a vgic of @type, KVM_DEV_TYPE_ARM_VGIC_V2 or _V3? */
bool vgic_supported(u64 type);

/**
 * vgic_create() - create and initialise a vgic in a VM that has all its vCPUs
 * @type: KVM_DEV_TYPE_ARM_VGIC_V2 or KVM_DEV_TYPE_ARM_VGIC_V3
 *
 * Maps its pages in the guest, at the addresses above. Returns the device.
 */
int vgic_create(struct kvm_vm *vm, u64 type);

#endif /* SELFTEST_KVM_KERNEL_VGIC_H */
