// SPDX-License-Identifier: GPL-2.0
/*
 * VMs without an in-kernel irqchip and their vCPUs, on any kvm_util.
 */
#include "user_irq.h"

void user_irq_require(void)
{
	if (test_disable_default_vgic)
		test_disable_default_vgic();
	__TEST_REQUIRE(kvm_has_cap(KVM_CAP_ARM_USER_IRQ),
		       "host has no KVM_CAP_ARM_USER_IRQ: timers need an in-kernel vgic");
}

struct kvm_vm *user_irq_vm_create_empty(u32 nr_vcpus)
{
	struct kvm_vm *vm;

	user_irq_require();
	vm = vm_create(nr_vcpus);
	run_expect_no_vgic(vm);
	compat_ucall_init(vm);
	vm_init_descriptor_tables(vm);
	return vm;
}

/* Also as a vcpu_setup() may expect its argument to be: with a target */
static struct kvm_vcpu_init features(struct kvm_vm *vm, const struct kvm_vcpu_init *init)
{
	struct kvm_vcpu_init preferred = {}, all = {};

	if (init)
		all = *init;
	vm_ioctl(vm, KVM_ARM_PREFERRED_TARGET, &preferred);
	all.target = preferred.target;
	all.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	return all;
}

struct kvm_vcpu *user_irq_vcpu_add(struct kvm_vm *vm, u32 vcpu_id,
				   const struct kvm_vcpu_init *init, void *guest_code)
{
	struct kvm_vcpu_init all = features(vm, init);
	struct kvm_vcpu *vcpu = aarch64_vcpu_add(vm, vcpu_id, &all, guest_code);

	vcpu_init_descriptor_tables(vcpu);
	return vcpu;
}

struct kvm_vm *user_irq_vm_create_with_vcpus(u32 nr_vcpus, void *guest_code,
					     struct kvm_vcpu *vcpus[])
{
	struct kvm_vm *vm = user_irq_vm_create_empty(nr_vcpus);
	u32 i;

	for (i = 0; i < nr_vcpus; i++)
		vcpus[i] = user_irq_vcpu_add(vm, i, NULL, guest_code);
	return vm;
}

void vcpu_init_again(struct kvm_vcpu *vcpu, const struct kvm_vcpu_init *init, void *guest_code)
{
	struct kvm_vcpu_init all = features(vcpu->vm, init);
	u64 sp;

	TEST_ASSERT(!__vcpu_get_reg(vcpu, ARM64_CORE_REG(sp_el1), &sp), "KVM_GET_ONE_REG SP_EL1");
	aarch64_vcpu_setup(vcpu, &all);
	vcpu_set_reg(vcpu, ARM64_CORE_REG(sp_el1), sp);
	vcpu_set_reg(vcpu, ARM64_CORE_REG(regs.pc), (u64)guest_code);
	vcpu_init_descriptor_tables(vcpu);
}

u64 guest_psci(u32 function)
{
	struct arm_smccc_res res;

	smccc_hvc(function, 0, 0, 0, 0, 0, 0, 0, &res);
	return res.a0;
}
