/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host kernel's log and taint mask: invariant INV-5.
 */
#ifndef SELFTEST_KVM_HOST_LOG_H
#define SELFTEST_KVM_HOST_LOG_H

#include "test_util.h"

/** host_log_mark() - remember the end of the log and the taint mask */
void host_log_mark(void);

/**
 * host_log_check() - look at what came since host_log_mark()
 *
 * Prints every WARN, BUG, oops or lockdep report as a KTAP comment.
 *
 * Returns how many there were, a changed taint mask counting as one; 0 also
 * when the log cannot be read.
 */
unsigned int host_log_check(void);

/** host_log_readable() - may this user read /dev/kmsg? */
bool host_log_readable(void);

/** host_log_mode() - "VHE", "nVHE", ... as the host said at boot, or "unknown" */
const char *host_log_mode(void);

#endif /* SELFTEST_KVM_HOST_LOG_H */
