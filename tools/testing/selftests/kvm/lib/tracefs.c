// SPDX-License-Identifier: GPL-2.0
/*
 * A tracefs instance for the test alone (Documentation/trace/ftrace.rst).
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tracefs.h"

#define RMDIR_TRIES	500
#define RMDIR_PAUSE_US	10000

/**
 * struct tracefs - an instance
 * @dir: its directory
 * @pipe_fd: its trace_pipe
 * @cleaner: process that removes it when nobody has the other end of @alive_fd
 * @buf: text read from trace_pipe and not yet handed out, from @begin to @end
 */
struct tracefs {
	char dir[128];
	int pipe_fd;
	pid_t cleaner;
	int alive_fd;
	char buf[4096];
	size_t begin;
	size_t end;
};

static const char *instances_dir(void)
{
	static const char *const dirs[] = {
		"/sys/kernel/tracing/instances", "/sys/kernel/debug/tracing/instances",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (!access(dirs[i], F_OK))
			return dirs[i];
	}
	__TEST_REQUIRE(false, "no tracefs in /sys/kernel/tracing");
	return NULL;
}

/* What a process that is killed cannot do itself */
static void __attribute__((noreturn)) clean_up_at_eof(const char *dir, int fd)
{
	unsigned int tries;
	sigset_t all;
	char c;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	/* Above all the VMs, and the output that somebody reads to its end. */
	dup2(fd, STDIN_FILENO);
	syscall(SYS_close_range, STDIN_FILENO + 1, ~0u, 0);

	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	/* Busy as long as the dying process has its files open. */
	for (tries = 0; tries < RMDIR_TRIES && rmdir(dir) && errno == EBUSY; tries++)
		usleep(RMDIR_PAUSE_US);
	_exit(0);
}

static void start_cleaner(struct tracefs *tracefs)
{
	int fds[2];

	TEST_ASSERT(!pipe2(fds, O_CLOEXEC), "pipe2");
	fflush(stdout);
	tracefs->cleaner = fork();
	TEST_ASSERT(tracefs->cleaner >= 0, "fork");
	if (!tracefs->cleaner)
		clean_up_at_eof(tracefs->dir, fds[0]);
	close(fds[0]);
	tracefs->alive_fd = fds[1];
}

struct tracefs *tracefs_create(void)
{
	struct tracefs *tracefs = calloc(1, sizeof(*tracefs));
	char path[160];

	TEST_ASSERT(tracefs, "out of memory");
	snprintf(tracefs->dir, sizeof(tracefs->dir), "%s/kvm_selftest_%d", instances_dir(),
		 getpid());
	start_cleaner(tracefs);
	__TEST_REQUIRE(!mkdir(tracefs->dir, 0700), "cannot make a tracefs instance: %s",
		       strerror(errno));
	snprintf(path, sizeof(path), "%s/trace_pipe", tracefs->dir);
	tracefs->pipe_fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	TEST_ASSERT(tracefs->pipe_fd >= 0, "open %s", path);
	return tracefs;
}

void tracefs_free(struct tracefs *tracefs)
{
	close(tracefs->pipe_fd);
	close(tracefs->alive_fd);
	waitpid(tracefs->cleaner, NULL, 0);
	TEST_ASSERT(access(tracefs->dir, F_OK), "%s is left", tracefs->dir);
	errno = 0;
	free(tracefs);
}

static void write_file(const struct tracefs *tracefs, const char *event, const char *file,
		       const char *text)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/events/%s/%s", tracefs->dir, event, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	__TEST_REQUIRE(fd >= 0, "this kernel has no trace event %s", event);
	TEST_ASSERT(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "write to %s", path);
	close(fd);
}

void tracefs_enable(struct tracefs *tracefs, const char *event, const char *filter)
{
	write_file(tracefs, event, "filter", filter);
	write_file(tracefs, event, "enable", "1");
}

/* The next line that is complete, without its end; NULL if there is none. */
static char *next_line(struct tracefs *tracefs)
{
	char *line, *end;
	ssize_t n;

	for (;;) {
		line = tracefs->buf + tracefs->begin;
		end = memchr(line, '\n', tracefs->end - tracefs->begin);
		if (end) {
			*end = '\0';
			tracefs->begin = end + 1 - tracefs->buf;
			return line;
		}
		memmove(tracefs->buf, line, tracefs->end - tracefs->begin);
		tracefs->end -= tracefs->begin;
		tracefs->begin = 0;
		n = read(tracefs->pipe_fd, tracefs->buf + tracefs->end,
			 sizeof(tracefs->buf) - tracefs->end);
		if (n <= 0)
			break;
		tracefs->end += n;
	}
	TEST_ASSERT(!n || errno == EAGAIN || errno == EINTR, "read of trace_pipe");
	errno = 0;
	return NULL;
}

/* "  task-pid  [cpu] flags  seconds: name: text", where a task's name may be anything */
bool tracefs_next_event(struct tracefs *tracefs, char *text, size_t size)
{
	char *line = next_line(tracefs), *time;

	if (!line)
		return false;
	TEST_ASSERT(!strstr(line, "LOST"), "trace events were lost: %s", line);
	time = strstr(line, "] ");
	time = time ? strstr(time, ": ") : NULL;
	TEST_ASSERT(time, "no trace event: %s", line);
	snprintf(text, size, "%s", time + 2);
	return true;
}
