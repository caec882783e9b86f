/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moving a VM: what userspace can read of a vCPU, written to another.
 */
#ifndef SELFTEST_KVM_VCPU_STATE_H
#define SELFTEST_KVM_VCPU_STATE_H

#include "kvm_util.h"

/* All that KVM_GET_REG_LIST names, and KVM_GET_MP_STATE */
struct vcpu_state;

/**
 * vcpu_save_state() - read the state of a stopped vCPU
 *
 * Not of one with an MMIO exit to complete; vcpu_run_complete_io() does that.
 * The pins that KVM_IRQ_LINE drives are not part of it: KVM has no way to read
 * them. Returns what vcpu_state_free() frees.
 */
struct vcpu_state *vcpu_save_state(struct kvm_vcpu *vcpu);

/** vcpu_load_state() - make @vcpu, which has the same features, go on from @state */
void vcpu_load_state(struct kvm_vcpu *vcpu, const struct vcpu_state *state);

/**
 * vcpu_state_reg() - look up a register of up to 64 bits
 * @id: its ONE_REG id
 * @val: where to put its value
 *
 * Returns false if the register list did not have it.
 */
bool vcpu_state_reg(const struct vcpu_state *state, u64 id, u64 *val);

void vcpu_state_free(struct vcpu_state *state);

#endif /* SELFTEST_KVM_VCPU_STATE_H */
