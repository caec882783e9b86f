/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The PMUv3 of a vCPU: VMs that have one, and guest code's way to drive it.
 */
#ifndef SELFTEST_KVM_GUEST_PMU_H
#define SELFTEST_KVM_GUEST_PMU_H

#include "user_irq.h"

/* PMCR_EL0 (Arm ARM D19.5): enable the counters; the cycle counter overflows at 2^64 */
#define PMCR_E		(1ul << 0)
#define PMCR_LC		(1ul << 6)
#define PMCR_N_SHIFT	11

/* Counters in PMCNTENSET_EL0, PMINTENSET_EL1 and PMOVSSET_EL0 */
#define PMU_COUNTER_0	(1ul << 0)
#define PMU_COUNTER_1	(1ul << 1)
#define PMU_CYCLES	(1ul << 31)

/* ONE_REG ids */
#define PMCR_EL0	ARM64_SYS_REG(3, 3, 9, 12, 0)
#define PMOVSSET_EL0	ARM64_SYS_REG(3, 3, 9, 14, 3)

/* Events (Arm ARM D13.12): a write to PMSWINC_EL0, a cycle, an overflow of the counter below */
#define PMU_SW_INCR	0x00
#define PMU_CPU_CYCLES	0x11
#define PMU_CHAIN	0x1e

/* What vcpu_init_again() and the like take for a vCPU with a PMU */
extern const struct kvm_vcpu_init pmu_features;

/**
 * pmu_vm_create() - a VM without irqchip, with one vCPU that has a PMU
 *
 * The PMU is still to be initialised. Skips the test where the host has none for it.
 */
struct kvm_vm *pmu_vm_create(struct kvm_vcpu **vcpu, void *guest_code);

/** vcpu_pmu_init() - KVM_ARM_VCPU_PMU_V3_INIT, without which the vCPU does not run */
void vcpu_pmu_init(struct kvm_vcpu *vcpu);

/** pmu_vm_start() - pmu_vm_create() and vcpu_pmu_init() */
struct kvm_vm *pmu_vm_start(struct kvm_vcpu **vcpu, void *guest_code);

/** vcpu_pmu_init_vgic() - the same in a VM with a vgic, which takes the PMU's interrupt */
void vcpu_pmu_init_vgic(struct kvm_vcpu *vcpu);

/** guest_pmu_reset() - guest side: all off, which a reset does not see to (Arm ARM D24.5) */
void guest_pmu_reset(void);

/**
 * guest_pmu_set_counter() - guest side: what @counter counts, once enabled
 * @headroom: events until it overflows
 */
void guest_pmu_set_counter(unsigned int counter, u64 event, u32 headroom);

/**
 * guest_pmu_start() - guest side: counter 0 counts @event, with its interrupt enabled
 * @headroom: events until it overflows
 */
void guest_pmu_start(u64 event, u32 headroom);

/**
 * guest_pmu_set_cycles() - guest side: the cycle counter, ready for PMCR_EL0.E
 * @lc: PMCR_LC or 0
 */
void guest_pmu_set_cycles(u64 lc, u64 count);

/** guest_pmu_start_cycles() - guest side: and running, alone */
void guest_pmu_start_cycles(u64 lc, u64 count);

/** guest_pmu_assert_stopped() - guest side: the cycle counter counts nothing */
void guest_pmu_assert_stopped(void);

/** guest_pmu_overflow() - guest side: counter 0 overflows at once, by software */
void guest_pmu_overflow(void);

#endif /* SELFTEST_KVM_GUEST_PMU_H */
