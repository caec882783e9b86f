/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vCPUs in threads of their own, and the host CPUs to run them on.
 *
 * "The n-th host CPU" counts, from 0, the CPUs that the program was allowed to
 * use when it started; where these are of several types (big.LITTLE), only
 * those of the type that most of them have, and a subtest starts on any of these.
 * Tickless CPUs (nohz_full=) come first, and a subtest starts on the first: there no tick
 * hides a missed notification.
 */
#ifndef SELFTEST_KVM_VCPU_THREAD_H
#define SELFTEST_KVM_VCPU_THREAD_H

#include <pthread.h>

#include "kvm_util.h"

/* Not pinned: any of the host CPUs above */
#define HOST_CPU_ANY (-1)

/** host_cpu_count() - how many host CPUs there are to choose from, at least 1 */
unsigned int host_cpu_count(void);

/** host_cpu_number() - the kernel's number of the n-th host CPU, modulo their count */
unsigned int host_cpu_number(int n);

/** host_cpu_pin() - move the calling thread to the n-th host CPU, or to HOST_CPU_ANY */
void host_cpu_pin(int n);

/** host_cpu_tickless() - is the n-th host CPU a tickless one? */
bool host_cpu_tickless(int n);

/** host_cpu_require() - skip the test, saying why, on fewer than @nr host CPUs */
void host_cpu_require(unsigned int nr);

/**
 * struct vcpu_thread - a thread that runs a vCPU
 * @vcpu: what it runs; only that thread may use the vCPU's ioctls while it runs
 * @fn: what it does
 * @arg: the caller's own
 * @tid: thread id as in /proc
 * @stop: somebody waits in vcpu_thread_stop()
 */
struct vcpu_thread {
	struct kvm_vcpu *vcpu;
	void (*fn)(struct vcpu_thread *t);
	void *arg;
	int host_cpu;
	pid_t tid;
	bool stop;
	bool ended;
	pthread_t thread;
};

/**
 * vcpu_thread_start() - start a thread on @host_cpu that calls @fn once
 * @host_cpu: n as for host_cpu_pin()
 *
 * Assertions that fail in the thread end the whole subtest.
 */
void vcpu_thread_start(struct vcpu_thread *t, struct kvm_vcpu *vcpu,
		       void (*fn)(struct vcpu_thread *t), void *arg, int host_cpu);

/**
 * vcpu_thread_move() - move the thread, whatever it does, to another host CPU
 * @host_cpu: n as for host_cpu_pin()
 *
 * Upon return a running thread runs there; one that sleeps will wake there.
 */
void vcpu_thread_move(struct vcpu_thread *t, int host_cpu);

/** vcpu_thread_stopping() - thread side: should @fn return now? */
bool vcpu_thread_stopping(struct vcpu_thread *t);

/** vcpu_thread_kick() - one signal; ends a KVM_RUN that the thread is in */
void vcpu_thread_kick(struct vcpu_thread *t);

/**
 * vcpu_thread_sleeps() - is the thread asleep, as a vCPU blocked in WFI is?
 *
 * A moment's truth: a sleeping thread may be about to wake.
 */
bool vcpu_thread_sleeps(struct vcpu_thread *t);

/**
 * vcpu_thread_join() - wait for @fn to return by itself
 *
 * Has no limit of its own, nor has vcpu_thread_stop(): see subtest_timed_out().
 */
void vcpu_thread_join(struct vcpu_thread *t);

/** vcpu_thread_stop() - make vcpu_thread_stopping() true, kick, wait for @fn to return */
void vcpu_thread_stop(struct vcpu_thread *t);

/** guest_u64_read() - the guest's copy of a global of this program, while the guest runs */
u64 guest_u64_read(struct kvm_vm *vm, u64 *global);

/** guest_u64_write() - change it, for the running guest to see */
void guest_u64_write(struct kvm_vm *vm, u64 *global, u64 val);

/**
 * guest_u64_wait() - wait until the guest's copy of *@global is at least @val
 *
 * Yields the CPU meanwhile. For use beside a vcpu_thread: the watchdog ends that
 * thread, and so the test, when the guest makes no progress.
 */
void guest_u64_wait(struct kvm_vm *vm, u64 *global, u64 val);

#endif /* SELFTEST_KVM_VCPU_THREAD_H */
