/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trace events of the host kernel, in a tracefs instance of the test's own: the
 * host's tracing stays as it is.
 */
#ifndef SELFTEST_KVM_TRACEFS_H
#define SELFTEST_KVM_TRACEFS_H

#include "test_util.h"

struct tracefs;

/**
 * tracefs_create() - make an instance, with no event enabled
 *
 * Skips the test, saying why, where there is no tracefs or this user may not use
 * it. The instance goes with tracefs_free(), or with the process, whatever ends
 * that. To be called before there are other threads, or file descriptors that
 * must not stay open until then.
 */
struct tracefs *tracefs_create(void);
void tracefs_free(struct tracefs *tracefs);

/**
 * tracefs_enable() - enable a trace event
 * @event: as in "kvm/kvm_exit"
 * @filter: as in Documentation/trace/events.rst
 *
 * Skips the test if the kernel has no such event.
 */
void tracefs_enable(struct tracefs *tracefs, const char *event, const char *filter);

/**
 * tracefs_next_event() - take the oldest event
 * @text: where to put it: name, colon, and what the event prints
 *
 * Returns false at once if there is none. Events that were lost fail the test.
 */
bool tracefs_next_event(struct tracefs *tracefs, char *text, size_t size);

#endif /* SELFTEST_KVM_TRACEFS_H */
