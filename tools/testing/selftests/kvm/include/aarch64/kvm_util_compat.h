/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tests and their library run on any kvm_util: the one beside them, and
 * those of Linux 6.1 and later. This is what these differ in.
 */
#ifndef SELFTEST_KVM_UTIL_COMPAT_H
#define SELFTEST_KVM_UTIL_COMPAT_H

#include "kvm_util.h"
#include "arch_timer.h"
#include "ucall_common.h"

#ifndef __printf
#define __printf(a, b) __attribute__((format(printf, a, b)))
#endif

/* Only 6.12 has the first; the second is younger than 6.1. */
#ifndef ESR_EC_UNKNOWN
#define ESR_EC_UNKNOWN 0x0
#endif
#ifndef SYS_ID_AA64ISAR2_EL1
#define SYS_ID_AA64ISAR2_EL1 sys_reg(3, 0, 0, 6, 2)
#endif

#ifndef TEST_ASSERT_EQ
#define TEST_ASSERT_EQ(a, b) ASSERT_EQ(a, b)
#endif

/* Only 6.1 has this macro, and wants ucalls to be asked for. */
#ifdef GUEST_ASSERT_1
#define compat_ucall_init(vm) ucall_init(vm, NULL)
#else
#define compat_ucall_init(vm) ((void)(vm))
#endif

/* Newer ones give every VM a vGICv3 unless told not to. */
void __attribute__((weak)) test_disable_default_vgic(void);

/* Not every timer_get_ctl() keeps a CPU from reading CTL ahead of time. */
#define timer_get_ctl(timer) ({ isb(); timer_get_ctl(timer); })

#endif /* SELFTEST_KVM_UTIL_COMPAT_H */
