// SPDX-License-Identifier: GPL-2.0
/*
 * Watching the host kernel's log through /dev/kmsg.
 */
#include <fcntl.h>

#include "host_log.h"

#define RECORD_SIZE 8192

static const char *const alarms[] = {
	"WARNING: ", "BUG: ", "kernel BUG at", "Internal error: ", "Oops",
	"Unable to handle kernel", "INFO: trying to register non-static key",
	"possible circular locking",
	"possible recursive locking", "possible irq lock inversion", "suspicious RCU usage",
	"inconsistent lock state", "bad unlock balance", "refcount_t: ",
};

static int kmsg_fd = -1;
static unsigned long taint_mark;

static unsigned long read_taint(void)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "re");
	unsigned long taint = 0;

	if (f) {
		if (fscanf(f, "%lu", &taint) != 1)
			taint = 0;
		fclose(f);
	}
	return taint;
}

/*
 * Text of the kernel's next record, NULL at the end of the log; records may be overwritten
 * meanwhile. Those of a process have a facility, in the first number above its three bits
 * for the level (Documentation/ABI/testing/dev-kmsg).
 */
static const char *read_record(int fd, char buf[RECORD_SIZE])
{
	ssize_t n;
	char *text;

	do {
		n = read(fd, buf, RECORD_SIZE - 1);
		buf[n > 0 ? n : 0] = '\0';
	} while (n < 0 ? errno == EPIPE || errno == EINTR : n && strtoul(buf, NULL, 10) >> 3);
	if (n <= 0)
		return NULL;
	text = strchr(buf, ';');
	return text ? text + 1 : buf;
}

bool host_log_readable(void)
{
	if (kmsg_fd < 0)
		kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return kmsg_fd >= 0;
}

void host_log_mark(void)
{
	if (host_log_readable())
		lseek(kmsg_fd, 0, SEEK_END);
	taint_mark = read_taint();
}

static bool is_alarm(const char *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(alarms); i++) {
		if (strstr(text, alarms[i]))
			return true;
	}
	return false;
}

unsigned int host_log_check(void)
{
	unsigned long taint = read_taint();
	char buf[RECORD_SIZE];
	unsigned int found = 0;
	const char *text;

	while (host_log_readable() && (text = read_record(kmsg_fd, buf))) {
		/* What follows an alarm (the backtrace) explains it. */
		if (is_alarm(text))
			found++;
		if (found)
			printf("# host log: %.*s\n", (int)strcspn(text, "\n"), text);
	}
	if (taint != taint_mark) {
		printf("# host kernel taint mask changed from %#lx to %#lx\n", taint_mark, taint);
		found++;
	}
	return found;
}

const char *host_log_mode(void)
{
	static const struct {
		const char *text;
		const char *mode;
	} modes[] = {
		{ "Protected", "pKVM" },
		{ "nVHE", "nVHE" },
		{ "hVHE", "hVHE" },
		{ "VHE", "VHE" },
		{ "Hyp mode", "nVHE" },
	};
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const char *mode = "unknown", *text;
	char buf[RECORD_SIZE];
	unsigned int i;

	while (fd >= 0 && (text = read_record(fd, buf))) {
		if (!strstr(text, "mode initialized"))
			continue;
		for (i = 0; i < ARRAY_SIZE(modes); i++) {
			if (strstr(text, modes[i].text))
				break;
		}
		if (i < ARRAY_SIZE(modes))
			mode = modes[i].mode;
	}
	if (fd >= 0)
		close(fd);
	return mode;
}
