/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In-kernel interrupt controllers, for the control group.
 */
#ifndef SELFTEST_KVM_VGIC_H
#define SELFTEST_KVM_VGIC_H

#include "kvm_util.h"

/* Where vgic_create() puts the interrupt controller */
#define VGIC_DIST_GPA	0x60000000ul
#define VGIC_REDIST_GPA	0x60100000ul	/* vgic v3: redistributors */
#define VGIC_CPU_GPA	0x60100000ul	/* vgic v2: CPU interface */

/** vgic_supported() - can the host create a vgic of @type, KVM_DEV_TYPE_ARM_VGIC_V2 or _V3? */
bool vgic_supported(u64 type);

/**
 * vgic_create() - create and initialise a vgic in a VM that has all its vCPUs
 * @type: KVM_DEV_TYPE_ARM_VGIC_V2 or KVM_DEV_TYPE_ARM_VGIC_V3
 *
 * Maps its pages in the guest, at the addresses above. Returns the device.
 */
int vgic_create(struct kvm_vm *vm, u64 type);

#endif /* SELFTEST_KVM_VGIC_H */
