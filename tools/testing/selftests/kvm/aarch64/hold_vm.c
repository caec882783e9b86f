// SPDX-License-Identifier: GPL-2.0
/*
 * Opens a VM and a perf event of a task, leaves a process behind that keeps them
 * open until it is killed, and exits. So static keys in the host's scheduler, those
 * of KVM's preempt notifiers and of perf's context switches, do not change with
 * every VM of the tests.
 *
 * vmtest's init starts this: a CPU that QEMU 7.2 emulates may go on with code that
 * another CPU has changed meanwhile. Then vCPUs and their counters miss switches, and
 * processes find a guest's values in their registers. So that it does not come upon
 * the very change made here, no other CPU switches between tasks during that.
 */
#include <linux/perf_event.h>
#include <sched.h>
#include <sys/syscall.h>

#include "vcpu_thread.h"

static unsigned int nr_occupied;
static bool held;

static void *occupy(void *host_cpu)
{
	struct sched_param first = { .sched_priority = sched_get_priority_max(SCHED_FIFO) };

	host_cpu_pin((long)host_cpu);
	TEST_ASSERT(!sched_setscheduler(0, SCHED_FIFO, &first), "sched_setscheduler");
	__atomic_add_fetch(&nr_occupied, 1, __ATOMIC_RELEASE);
	while (!READ_ONCE(held))
		;
	return NULL;
}

static void hold(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.exclude_kernel = 1,
	};
	unsigned int polls;
	unsigned long n;
	pthread_t thread;

	host_cpu_pin(0);
	for (n = 1; n < host_cpu_count(); n++)
		TEST_ASSERT(!pthread_create(&thread, NULL, occupy, (void *)n), "pthread_create");
	for (polls = 0; polls < 5000; polls++) {
		if (__atomic_load_n(&nr_occupied, __ATOMIC_ACQUIRE) == host_cpu_count() - 1)
			break;
		usleep(1000);
	}
	vm_create_barebones();
	/* A kernel without perf has no such key. */
	syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	WRITE_ONCE(held, true);
}

int main(void)
{
	int done[2];
	char none;

	TEST_ASSERT(!pipe(done), "pipe");
	if (fork()) {
		close(done[1]);
		return read(done[0], &none, 1);
	}
	hold();
	close(done[1]);
	for (;;)
		pause();
}
