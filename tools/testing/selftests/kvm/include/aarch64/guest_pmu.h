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

/* Counters in PMCNTENSET_EL0, PMINTENSET_EL1 and PMOVSSET_EL0 */
#define PMU_COUNTER_0	(1ul << 0)
#define PMU_CYCLES	(1ul << 31)

/* Events (Arm ARM D13.12): a write to PMSWINC_EL0, a cycle */
#define PMU_SW_INCR	0x00
#define PMU_CPU_CYCLES	0x11

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

/** guest_pmu_reset() - guest side: all off, which a reset does not see to (Arm ARM D24.5) */
void guest_pmu_reset(void);

/**
 * guest_pmu_start() - guest side: counter 0 counts @event, with its interrupt enabled
 * @headroom: events until it overflows
 */
void guest_pmu_start(u64 event, u32 headroom);

/** guest_pmu_overflow() - guest side: counter 0 overflows at once, by software */
void guest_pmu_overflow(void);

#endif /* SELFTEST_KVM_GUEST_PMU_H */
