// SPDX-License-Identifier: GPL-2.0
/*
 * vCPU threads and host CPUs.
 */
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include "user_irq.h"
#include "vcpu_thread.h"

#define MAX_HOST_CPUS	4096
#define KICK_SIGNAL	SIGUSR1

/* Waits have no end of their own: the watchdog ends the subtest. */
#define POLL_US		1000
#define POLLS_PER_KICK	10

static unsigned int host_cpus[MAX_HOST_CPUS];
static unsigned int nr_host_cpus;
static unsigned int nr_tickless;

/* Type of @cpu, 0 where the host does not tell. */
static u64 read_midr(unsigned int cpu)
{
	unsigned long midr = 0;
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path),
		 "/sys/devices/system/cpu/cpu%u/regs/identification/midr_el1", cpu);
	f = fopen(path, "re");
	if (f) {
		if (fscanf(f, "%lx", &midr) != 1)
			midr = 0;
		fclose(f);
	}
	return midr;
}

/* Is @cpu in the list of nohz_full=, such as "1-3,5"? */
static bool read_tickless(unsigned int cpu)
{
	FILE *f = fopen("/sys/devices/system/cpu/nohz_full", "re");
	unsigned int first, last;
	bool found = false;

	while (f && fscanf(f, "%u", &first) == 1) {
		last = first;
		if (fgetc(f) == '-' && fscanf(f, "%u", &last) == 1)
			fgetc(f);
		found |= cpu >= first && cpu <= last;
	}
	if (f)
		fclose(f);
	return found;
}

/* Before main(), so that no pinning by a test can be taken for the cpuset. */
static void __attribute__((constructor)) host_cpus_init(void)
{
	static cpu_set_t set[MAX_HOST_CPUS / CPU_SETSIZE];
	static u64 midrs[MAX_HOST_CPUS];
	unsigned int i, j, nr = 0, best = 0, best_count = 0;

	if (sched_getaffinity(0, sizeof(set), set))
		return;
	for (i = 0; i < MAX_HOST_CPUS; i++) {
		if (CPU_ISSET_S(i, sizeof(set), set)) {
			host_cpus[nr] = i;
			midrs[nr++] = read_midr(i);
		}
	}

	for (i = 0; i < nr; i++) {
		unsigned int count = 0;

		for (j = 0; j < nr; j++)
			count += midrs[j] == midrs[i];
		if (count > best_count) {
			best = i;
			best_count = count;
		}
	}

	for (i = 0; i < nr; i++) {
		if (midrs[i] == midrs[best])
			host_cpus[nr_host_cpus++] = host_cpus[i];
	}
	for (i = 0; i < nr_host_cpus; i++) {
		unsigned int cpu = host_cpus[i];

		if (!read_tickless(cpu))
			continue;
		memmove(&host_cpus[nr_tickless + 1], &host_cpus[nr_tickless],
			(i - nr_tickless) * sizeof(cpu));
		host_cpus[nr_tickless++] = cpu;
	}
}

unsigned int host_cpu_count(void)
{
	TEST_ASSERT(nr_host_cpus, "sched_getaffinity gave no CPU");
	return nr_host_cpus;
}

unsigned int host_cpu_number(int n)
{
	return host_cpus[(unsigned int)n % host_cpu_count()];
}

bool host_cpu_tickless(int n)
{
	return (unsigned int)n % host_cpu_count() < nr_tickless;
}

/* @tid is 0 for the calling thread. */
static void pin_thread(pid_t tid, int n)
{
	cpu_set_t set[MAX_HOST_CPUS / CPU_SETSIZE] = {};
	unsigned int i;

	for (i = 0; i < host_cpu_count(); i++) {
		if (n == HOST_CPU_ANY || host_cpus[i] == host_cpu_number(n))
			CPU_SET_S(host_cpus[i], sizeof(set), set);
	}
	TEST_ASSERT(!sched_setaffinity(tid, sizeof(set), set),
		    "sched_setaffinity of thread %d to host CPU %d", tid, n);
}

void host_cpu_pin(int n)
{
	pin_thread(0, n);
}

void host_cpu_require(unsigned int nr)
{
	__TEST_REQUIRE(host_cpu_count() >= nr,
		       "needs %u host CPUs of one type, may use %u", nr, host_cpu_count());
}

static void *thread_main(void *arg)
{
	struct vcpu_thread *t = arg;

	host_cpu_pin(t->host_cpu);
	__atomic_store_n(&t->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	t->fn(t);
	__atomic_store_n(&t->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

void vcpu_thread_start(struct vcpu_thread *t, struct kvm_vcpu *vcpu,
		       void (*fn)(struct vcpu_thread *t), void *arg, int host_cpu)
{
	struct sigaction sa = { .sa_handler = user_irq_signal_handler };
	int ret;

	*t = (struct vcpu_thread) {
		.vcpu = vcpu, .fn = fn, .arg = arg, .host_cpu = host_cpu,
	};
	sigaction(KICK_SIGNAL, &sa, NULL);
	ret = pthread_create(&t->thread, NULL, thread_main, t);
	TEST_ASSERT(!ret, "pthread_create: %s", strerror(ret));

	while (!__atomic_load_n(&t->tid, __ATOMIC_ACQUIRE))
		usleep(POLL_US);
}

void vcpu_thread_move(struct vcpu_thread *t, int host_cpu)
{
	pin_thread(t->tid, host_cpu);
}

bool vcpu_thread_stopping(struct vcpu_thread *t)
{
	return __atomic_load_n(&t->stop, __ATOMIC_ACQUIRE);
}

void vcpu_thread_kick(struct vcpu_thread *t)
{
	pthread_kill(t->thread, KICK_SIGNAL);
}

bool vcpu_thread_sleeps(struct vcpu_thread *t)
{
	char path[64], stat[256], *comm_end;
	bool sleeps = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", t->tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(stat, sizeof(stat), f)) {
		comm_end = strrchr(stat, ')');
		sleeps = comm_end && !strncmp(comm_end, ") S", 3);
	}
	fclose(f);
	return sleeps;
}

static void wait_for_end(struct vcpu_thread *t)
{
	unsigned int polls;

	for (polls = 0; !__atomic_load_n(&t->ended, __ATOMIC_ACQUIRE); polls++) {
		/* A signal that comes just before KVM_RUN is lost: send more. */
		if (t->stop && polls % POLLS_PER_KICK == 0)
			vcpu_thread_kick(t);
		usleep(POLL_US);
	}
	pthread_join(t->thread, NULL);
}

void vcpu_thread_join(struct vcpu_thread *t)
{
	wait_for_end(t);
}

void vcpu_thread_stop(struct vcpu_thread *t)
{
	__atomic_store_n(&t->stop, true, __ATOMIC_RELEASE);
	wait_for_end(t);
}

static u64 *guest_u64(struct kvm_vm *vm, u64 *global)
{
	return addr_gva2hva(vm, (u64)global);
}

u64 guest_u64_read(struct kvm_vm *vm, u64 *global)
{
	return __atomic_load_n(guest_u64(vm, global), __ATOMIC_ACQUIRE);
}

void guest_u64_write(struct kvm_vm *vm, u64 *global, u64 val)
{
	__atomic_store_n(guest_u64(vm, global), val, __ATOMIC_RELEASE);
}

void guest_u64_wait(struct kvm_vm *vm, u64 *global, u64 val)
{
	while (guest_u64_read(vm, global) < val)
		sched_yield();
}
