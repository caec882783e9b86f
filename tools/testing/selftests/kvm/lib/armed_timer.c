// SPDX-License-Identifier: GPL-2.0
/*
 * A guest stopped between arming a timer and its expiry, whatever the host's
 * speed.
 */
#include "user_irq.h"

/* Set by the host in the guest's copy. */
static u64 arm_delta;
static u64 retry;

void guest_arm_and_read(const struct guest_timer *timer)
{
	u64 nr_reads = 0, cval, val;

	do {
		timer_set_ctl(timer->timer, 0);
		cval = timer_get_cntct(timer->timer) + READ_ONCE(arm_delta);
		timer_set_cval(timer->timer, cval);
		timer_set_ctl(timer->timer, CTL_ENABLE);
		GUEST_SYNC_ARGS(0, cval, 0, 0, 0);
		val = readl(test_mmio);
		nr_reads++;
	} while (READ_ONCE(retry));
	GUEST_SYNC_ARGS(1, val, nr_reads, 0, 0);
	GUEST_DONE();
}

static struct armed_timer run_armed(struct kvm_vm *vm, struct kvm_vcpu *vcpu, bool complete)
{
	struct armed_timer armed = {};
	struct vcpu_exit x;
	u64 ms;

	for (ms = 1; ms <= 4096; ms *= 2) {
		arm_delta = msec_to_cycles(ms);
		sync_global_to_guest(vm, arm_delta);
		x = run_past_forced(vcpu);
		assert_sync(x, 0);
		armed.cval = x.uc.args[2];
		armed.nr_tries++;

		x = run_past_forced(vcpu);
		assert_reason(x, KVM_EXIT_MMIO);
		if (complete) {
			mmio_read_data(vcpu, 0);
			vcpu_run_complete_io(vcpu);
		}
		/* A KVM that keeps the promise of EXIT-11.field may tell of an expiry only now. */
		retry = !!vcpu->run->s.regs.device_irq_level;
		sync_global_to_guest(vm, retry);
		if (!retry)
			return armed;
	}
	TEST_FAIL("the timer always expires before the next instruction");
}

struct armed_timer run_until_armed(struct kvm_vm *vm, struct kvm_vcpu *vcpu)
{
	return run_armed(vm, vcpu, false);
}

struct armed_timer run_past_armed(struct kvm_vm *vm, struct kvm_vcpu *vcpu)
{
	return run_armed(vm, vcpu, true);
}

void mmio_read_data(struct kvm_vcpu *vcpu, u32 val)
{
	memcpy(vcpu->run->mmio.data, &val, sizeof(val));
}
