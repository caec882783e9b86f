// SPDX-License-Identifier: GPL-2.0
/*
 * In-kernel vgic v2 and v3 (Documentation/virt/kvm/devices/arm-vgic*.rst).
 */
#include "kernel_vgic.h"

#define NR_IRQS		64
#define DIST_SIZE	0x10000		/* the v3's; the v2's is smaller */

bool vgic_supported(u64 type)
{
	struct kvm_vm *vm = vm_create_barebones();
	bool supported = !__kvm_test_create_device(vm, type);

	kvm_vm_free(vm);
	return supported;
}

static void place(struct kvm_vm *vm, int fd, u64 attr, u64 gpa, u64 size)
{
	unsigned int npages = (size + vm->page_size - 1) / vm->page_size;

	kvm_device_attr_set(fd, KVM_DEV_ARM_VGIC_GRP_ADDR, attr, &gpa);
	virt_map(vm, gpa, gpa, npages);
}

int vgic_create(struct kvm_vm *vm, u64 type)
{
	int fd = kvm_create_device(vm, type);
	u32 nr_irqs = NR_IRQS;

	if (type == KVM_DEV_TYPE_ARM_VGIC_V3) {
		place(vm, fd, KVM_VGIC_V3_ADDR_TYPE_DIST, VGIC_DIST_GPA, DIST_SIZE);
		place(vm, fd, KVM_VGIC_V3_ADDR_TYPE_REDIST, VGIC_REDIST_GPA,
		      VGIC_MAX_VCPUS * VGIC_REDIST_SIZE);
	} else {
		place(vm, fd, KVM_VGIC_V2_ADDR_TYPE_DIST, VGIC_DIST_GPA, DIST_SIZE);
		place(vm, fd, KVM_VGIC_V2_ADDR_TYPE_CPU, VGIC_CPU_GPA, USER_GIC_CPU_SIZE);
	}
	kvm_device_attr_set(fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr_irqs);
	kvm_device_attr_set(fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	return fd;
}
