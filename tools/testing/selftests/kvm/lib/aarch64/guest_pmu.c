// SPDX-License-Identifier: GPL-2.0
/*
 * The PMUv3 of a vCPU.
 */
#include "guest_pmu.h"

const struct kvm_vcpu_init pmu_features = { .features[0] = 1u << KVM_ARM_VCPU_PMU_V3 };

struct kvm_vm *pmu_vm_create(struct kvm_vcpu **vcpu, void *guest_code)
{
	struct kvm_vm *vm;

	user_irq_require();
	__TEST_REQUIRE(kvm_has_cap(KVM_CAP_ARM_PMU_V3), "host has no KVM_CAP_ARM_PMU_V3");
	vm = user_irq_vm_create_empty(1);
	*vcpu = user_irq_vcpu_add(vm, 0, &pmu_features, guest_code);
	virt_pg_map(vm, TEST_MMIO_GPA, TEST_MMIO_GPA);
	return vm;
}

void vcpu_pmu_init(struct kvm_vcpu *vcpu)
{
	TEST_ASSERT(!__vcpu_device_attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL,
					    KVM_ARM_VCPU_PMU_V3_INIT, NULL),
		    "the PMU does not initialise: errno %d", errno);
}

void guest_pmu_reset(void)
{
	write_sysreg(0, pmcr_el0);
	write_sysreg(~0u, pmcntenclr_el0);
	write_sysreg(~0u, pmintenclr_el1);
	write_sysreg(~0u, pmovsclr_el0);
	isb();
}

void guest_pmu_start(u64 event, u32 headroom)
{
	write_sysreg(0, pmselr_el0);
	isb();
	write_sysreg(event, pmxevtyper_el0);
	write_sysreg(-headroom, pmxevcntr_el0);
	write_sysreg(PMU_COUNTER_0, pmintenset_el1);
	write_sysreg(PMU_COUNTER_0, pmcntenset_el0);
	write_sysreg(PMCR_E, pmcr_el0);
	isb();
}

void guest_pmu_overflow(void)
{
	guest_pmu_start(PMU_SW_INCR, 1);
	write_sysreg(PMU_COUNTER_0, pmswinc_el0);
	isb();
}
