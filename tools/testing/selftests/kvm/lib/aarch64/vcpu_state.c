// SPDX-License-Identifier: GPL-2.0
/*
 * State of vCPUs, by the list of registers that KVM gives.
 */
#include "vcpu_state.h"

#define MAX_REG_SIZE 256	/* KVM_REG_SIZE_U2048 */

struct vcpu_state {
	struct kvm_mp_state mp_state;
	struct kvm_reg_list *list;
	u8 (*vals)[MAX_REG_SIZE];
};

static void reg_ioctl(struct kvm_vcpu *vcpu, unsigned long cmd, u64 id, void *val)
{
	struct kvm_one_reg reg = { .id = id, .addr = (u64)val };

	TEST_ASSERT(KVM_REG_SIZE(id) <= MAX_REG_SIZE, "register %#lx of %u bytes", id,
		    KVM_REG_SIZE(id));
	TEST_ASSERT(!ioctl(vcpu->fd, cmd, &reg), "%s %#lx: %s",
		    cmd == KVM_GET_ONE_REG ? "KVM_GET_ONE_REG" : "KVM_SET_ONE_REG", id,
		    strerror(errno));
}

struct vcpu_state *vcpu_save_state(struct kvm_vcpu *vcpu)
{
	struct vcpu_state *state = calloc(1, sizeof(*state));
	u64 i;

	TEST_ASSERT(state, "out of memory");
	vcpu_mp_state_get(vcpu, &state->mp_state);
	state->list = vcpu_get_reg_list(vcpu);
	state->vals = calloc(state->list->n, sizeof(state->vals[0]));
	TEST_ASSERT(state->vals, "out of memory");
	for (i = 0; i < state->list->n; i++)
		reg_ioctl(vcpu, KVM_GET_ONE_REG, state->list->reg[i], state->vals[i]);
	return state;
}

void vcpu_load_state(struct kvm_vcpu *vcpu, const struct vcpu_state *state)
{
	struct kvm_mp_state mp_state = state->mp_state;
	u64 i;

	for (i = 0; i < state->list->n; i++)
		reg_ioctl(vcpu, KVM_SET_ONE_REG, state->list->reg[i], state->vals[i]);
	vcpu_mp_state_set(vcpu, &mp_state);
}

bool vcpu_state_reg(const struct vcpu_state *state, u64 id, u64 *val)
{
	u64 i;

	for (i = 0; i < state->list->n; i++) {
		if (state->list->reg[i] == id) {
			memcpy(val, state->vals[i], sizeof(*val));
			return true;
		}
	}
	return false;
}

void vcpu_state_free(struct vcpu_state *state)
{
	free(state->list);
	free(state->vals);
	free(state);
}
