/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls from guest code to the host: the guest writes the address of a
 * struct ucall to an address without memory, which ends KVM_RUN with
 * KVM_EXIT_MMIO.
 */
#ifndef SELFTEST_KVM_UCALL_COMMON_H
#define SELFTEST_KVM_UCALL_COMMON_H

#include "kvm_util.h"

enum {
	UCALL_NONE,
	UCALL_SYNC,
	UCALL_ABORT,
	UCALL_DONE,
	UCALL_UNHANDLED,
};

#define UCALL_MAX_ARGS 7

struct ucall {
	u64 cmd;
	u64 args[UCALL_MAX_ARGS];
};

/** ucall_init() - map the MMIO page at @mmio_gpa, which must have no memory */
void ucall_init(struct kvm_vm *vm, u64 mmio_gpa);

/** ucall() - guest side: hand @cmd and up to UCALL_MAX_ARGS u64 to the host */
void ucall(u64 cmd, int nargs, ...);

/**
 * get_ucall() - host side: decode the last exit of @vcpu into @uc
 *
 * Does not enter KVM: an MMIO write needs no completion before the next
 * KVM_RUN. Returns the command, UCALL_NONE when the exit was no ucall.
 */
u64 get_ucall(struct kvm_vcpu *vcpu, struct ucall *uc);

#define GUEST_SYNC_ARGS(stage, a1, a2, a3, a4) \
	ucall(UCALL_SYNC, 6, "hello", (u64)(stage), (u64)(a1), (u64)(a2), (u64)(a3), (u64)(a4))
#define GUEST_SYNC(stage) ucall(UCALL_SYNC, 2, "hello", (u64)(stage))
#define GUEST_DONE() ucall(UCALL_DONE, 0)

#define GUEST_ASSERT(c)								\
do {										\
	if (!(c))								\
		ucall(UCALL_ABORT, 3, #c, __FILE__, (u64)__LINE__);		\
} while (0)

#define GUEST_ASSERT_EQ(a, b)							\
do {										\
	u64 __a = (u64)(a), __b = (u64)(b);					\
										\
	if (__a != __b)								\
		ucall(UCALL_ABORT, 5, #a " == " #b, __FILE__, (u64)__LINE__,	\
		      __a, __b);						\
} while (0)

/** report_guest_assert() - fail the test with the words of a UCALL_ABORT */
void report_guest_assert(const struct ucall *uc);

#define REPORT_GUEST_ASSERT(uc) report_guest_assert(&(uc))

#endif /* SELFTEST_KVM_UCALL_COMMON_H */
