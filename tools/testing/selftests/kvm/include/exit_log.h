/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The last returns of KVM_RUN, in memory that outlives a dying test.
 */
#ifndef SELFTEST_KVM_EXIT_LOG_H
#define SELFTEST_KVM_EXIT_LOG_H

#include "kvm_util.h"

/**
 * struct exit_log_entry - one return of KVM_RUN
 * @seq: number of the return since the subtest began, from 1
 * @before: device_irq_level as userspace left it
 * @after: device_irq_level as KVM left it
 * @pc: guest PC after the return
 * @cnt: the host's counter after the return, in ticks; the state printed last
 *	 shows how far the guest's counters are from it
 * @cpu: host CPU
 */
struct exit_log_entry {
	u64 seq;
	u32 vcpu_id;
	int cpu;
	int rc;
	int err;
	u32 exit_reason;
	bool immediate_exit;
	bool mmio_is_write;
	u32 mmio_len;
	u64 mmio_addr;
	u64 mmio_data;
	u64 before;
	u64 after;
	u64 pc;
	u64 cnt;
};

/** exit_log_init() - map the log; before the subtests are forked off */
void exit_log_init(void);

/** exit_log_reset() - forget all returns */
void exit_log_reset(void);

/** exit_log_count() - how many returns were logged since the last reset */
u64 exit_log_count(void);

/** exit_log_add() - record the return of KVM_RUN on @vcpu */
void exit_log_add(struct kvm_vcpu *vcpu, int rc, int err, u64 before);

/** exit_log_print() - print the recorded returns, each line after @prefix */
void exit_log_print(const char *prefix);

/** exit_log_print_state() - print PC, timers and host of four of the vCPUs that ran */
void exit_log_print_state(void);

#endif /* SELFTEST_KVM_EXIT_LOG_H */
