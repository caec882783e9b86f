// SPDX-License-Identifier: GPL-2.0
/*
 * The PMUv3 of a vCPU.
 */
#include "guest_pmu.h"

/* The usual one (Arm BSA) */
#define PMU_PPI 23

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

struct kvm_vm *pmu_vm_start(struct kvm_vcpu **vcpu, void *guest_code)
{
	struct kvm_vm *vm = pmu_vm_create(vcpu, guest_code);

	vcpu_pmu_init(*vcpu);
	return vm;
}

void vcpu_pmu_init_vgic(struct kvm_vcpu *vcpu)
{
	u32 ppi = PMU_PPI;

	TEST_ASSERT(!__vcpu_device_attr_set(vcpu, KVM_ARM_VCPU_PMU_V3_CTRL,
					    KVM_ARM_VCPU_PMU_V3_IRQ, &ppi),
		    "the PMU's IRQ cannot be set: errno %d", errno);
	vcpu_pmu_init(vcpu);
}

void guest_pmu_reset(void)
{
	write_sysreg(0, pmcr_el0);
	write_sysreg(~0u, pmcntenclr_el0);
	write_sysreg(~0u, pmintenclr_el1);
	write_sysreg(~0u, pmovsclr_el0);
	isb();
}

void guest_pmu_set_cycles(u64 lc, u64 count)
{
	/* LC first: which overflow it will be is known when the counter is set. */
	write_sysreg(lc, pmcr_el0);
	isb();
	write_sysreg(0, pmccfiltr_el0);
	write_sysreg(count, pmccntr_el0);
	write_sysreg(PMU_CYCLES, pmintenset_el1);
	write_sysreg(PMU_CYCLES, pmcntenset_el0);
	isb();
}

void guest_pmu_start_cycles(u64 lc, u64 count)
{
	guest_pmu_reset();
	guest_pmu_set_cycles(lc, count);
	write_sysreg(PMCR_E | lc, pmcr_el0);
	isb();
}

void guest_pmu_assert_stopped(void)
{
	u64 count = read_sysreg(pmccntr_el0);
	volatile unsigned int work;

	for (work = 0; work < 100000; work++)
		;
	GUEST_ASSERT_EQ(read_sysreg(pmccntr_el0), count);
}

void guest_pmu_set_counter(unsigned int counter, u64 event, u32 headroom)
{
	write_sysreg((u64)counter, pmselr_el0);
	isb();
	write_sysreg(event, pmxevtyper_el0);
	write_sysreg(-headroom, pmxevcntr_el0);
}

void guest_pmu_start(u64 event, u32 headroom)
{
	guest_pmu_set_counter(0, event, headroom);
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
