// SPDX-License-Identifier: GPL-2.0
/*
 * Runs subtests, one process each, and reports them as KTAP.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>

#include "exit_log.h"
#include "host_log.h"
#include "subtest.h"
#include "vcpu_thread.h"

/*
 * The watchdog counts polls of POLL_MS rather than time, so that a host that
 * stands still for a while does not use up the test's patience. On one that is
 * too busy to let the watchdog poll in time, the test cannot do its work either.
 */
#define POLL_MS		100
#define PUNCTUAL	8	/* for so many late polls one in time counts */
#define STUCK_POLLS	(10 * 1000 / POLL_MS * PUNCTUAL)  /* without a return of KVM_RUN */
#define SUBTEST_POLLS	(90 * 1000 / POLL_MS * PUNCTUAL)  /* for a subtest, and MAX_RETURNS */
#define MAX_RETURNS	100000	/* of KVM_RUN: far more than any subtest needs */
#define MAX_POLLS	(240 * 1000 / POLL_MS * PUNCTUAL) /* for a subtest, whatever it does */
#define KILL_POLLS	(5 * 1000 / POLL_MS)	/* to end after the watchdog fired */
#define ALIVE_MS	60000	/* until it is said that a subtest is still at work */

#define WATCHDOG_SIGNAL	SIGALRM
#define MAX_GLOBS	16
#define MAX_OPTIONS	8
#define OWN_OPTION	256	/* what getopt_long() gives for the first of the program's own */
#define MAX_RUNNERS	512

static const char *program;
static bool verbose;
static bool soaks;
static const struct subtest_option *own_options;

/* Threads that are in KVM_RUN, for the watchdog to pull out of it. */
static struct runner {
	volatile u8 *immediate_exit;
	pid_t tid;
} runners[MAX_RUNNERS];
static unsigned int nr_runners;
static __thread struct runner *my_runner;
static bool timed_out;

bool subtest_timed_out(void)
{
	return __atomic_load_n(&timed_out, __ATOMIC_SEQ_CST);
}

void subtest_enter_run(volatile u8 *immediate_exit)
{
	if (!my_runner) {
		unsigned int nr = __atomic_fetch_add(&nr_runners, 1, __ATOMIC_RELAXED);

		TEST_ASSERT(nr < MAX_RUNNERS, "more than %d threads run vCPUs", MAX_RUNNERS);
		my_runner = &runners[nr];
		my_runner->tid = syscall(SYS_gettid);
	}
	__atomic_store_n(&my_runner->immediate_exit, immediate_exit, __ATOMIC_SEQ_CST);
	if (subtest_timed_out())
		*immediate_exit = 1;
}

void subtest_leave_run(void)
{
	__atomic_store_n(&my_runner->immediate_exit, NULL, __ATOMIC_SEQ_CST);
}

/* Make all threads that are in KVM_RUN leave it; run_once() does not let them go on. */
static void end_runs(void)
{
	unsigned int i;

	__atomic_store_n(&timed_out, true, __ATOMIC_SEQ_CST);
	for (i = 0; i < nr_runners && i < MAX_RUNNERS; i++) {
		volatile u8 *immediate_exit = __atomic_load_n(&runners[i].immediate_exit,
							      __ATOMIC_SEQ_CST);

		if (immediate_exit) {
			*immediate_exit = 1;
			syscall(SYS_tgkill, getpid(), runners[i].tid, WATCHDOG_SIGNAL);
		}
	}
}

/* The thread that gets the parent's signal passes it on. */
static void watchdog_handler(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (info->si_code != SI_TKILL)
		end_runs();
}

static void print_details(int status, void *arg)
{
	bool failed = status != KSFT_PASS && status != KSFT_SKIP;

	(void)arg;
	if (!failed && !verbose)
		return;
	exit_log_print("");
	if (failed) {
		/* A vCPU that runs does not tell its state. */
		end_runs();
		exit_log_print_state();
	}
	fflush(stdout);
}

static void __attribute__((noreturn)) run_child(const struct subtest *t, int output)
{
	struct sigaction sa = { .sa_sigaction = watchdog_handler, .sa_flags = SA_SIGINFO };

	/* Nothing may be left behind when the parent is killed. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	close(output);
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(WATCHDOG_SIGNAL, &sa, NULL);
	/* A process that stops leaves KVM_RUN with EINTR, as for a forced exit. */
	signal(SIGTSTP, SIG_IGN);
	on_exit(print_details, NULL);
	/* Of CPUs of several types the ID registers, caches and the PMU would change by moving. */
	host_cpu_pin(host_cpu_tickless(0) ? 0 : HOST_CPU_ANY);
	t->fn(t->timer);
	exit(KSFT_PASS);
}

/**
 * struct watch - a running child
 * @fd: where its output comes from; passed on as KTAP comments
 * @line: the line being collected, @len bytes so far
 * @skip_reason: what it gave as the reason for a skip
 * @fired: the watchdog had to end it
 * @status: its wait status
 */
struct watch {
	int fd;
	char line[1024];
	size_t len;
	char skip_reason[256];
	bool fired;
	int status;
};

/* Why the child skips the test: as print_skip() or as ksft_exit_skip() says it. Or NULL */
static const char *skip_reason(const char *line)
{
	static const char *const marks[] = { "SKIP: ", "1..0 # SKIP - ", "1..0 # SKIP " };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		if (!strncmp(line, marks[i], strlen(marks[i])))
			return line + strlen(marks[i]);
	}
	return NULL;
}

static void watch_line(struct watch *watch)
{
	const char *reason;

	watch->line[watch->len] = '\0';
	reason = skip_reason(watch->line);
	if (reason)
		snprintf(watch->skip_reason, sizeof(watch->skip_reason), "%.255s", reason);
	else
		printf("# %s\n", watch->line);
	watch->len = 0;
}

/* Returns false at the end of the output. */
static bool watch_read(struct watch *watch)
{
	char buf[512];
	ssize_t n = read(watch->fd, buf, sizeof(buf)), i;

	if (n < 0)
		return errno == EINTR;
	for (i = 0; i < n; i++) {
		if (buf[i] == '\n' || watch->len == sizeof(watch->line) - 1)
			watch_line(watch);
		if (buf[i] != '\n')
			watch->line[watch->len++] = buf[i];
	}
	if (!n && watch->len)
		watch_line(watch);
	return n;
}

static u64 monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ul + now.tv_nsec / 1000000;
}

/* Waits for the child, watching over it. Returns false if even SIGKILL does not end it. */
static bool watch_child(pid_t pid, struct watch *watch)
{
	struct pollfd pfds[] = {
		{ .fd = watch->fd, .events = POLLIN },
		{ .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN },
	};
	struct pollfd *output = &pfds[0], *end = &pfds[1];
	unsigned int stuck = 0, polls = 0, kills = 0, weight;
	u64 seen = 0, now, began, said = monotonic_ms();

	for (;;) {
		began = monotonic_ms();
		if (poll(pfds, ARRAY_SIZE(pfds), POLL_MS) > 0 && output->revents) {
			if (!watch_read(watch)) {
				/* No writer is left: the child is ending, or has. */
				close(output->fd);
				output->fd = -1;
			}
			continue;
		}
		if (waitpid(pid, &watch->status, WNOHANG) == pid) {
			/* What came since poll() looked; not what a grandchild may yet write. */
			while (output->fd >= 0 && poll(output, 1, 0) > 0 && watch_read(watch))
				;
			break;
		}

		now = exit_log_count();
		weight = monotonic_ms() - began > 2 * POLL_MS ? 1 : PUNCTUAL;
		stuck = now == seen ? stuck + weight : 0;
		seen = now;
		polls += weight;
		/* Who only sees the output takes a silent host for a hung one. */
		if (monotonic_ms() - said > ALIVE_MS) {
			said = monotonic_ms();
			printf("# still at work, after %lu returns of KVM_RUN\n", now);
		}
		if (!watch->fired && stuck > STUCK_POLLS)
			printf("# watchdog: no KVM_RUN has returned for 10 seconds\n");
		else if (!watch->fired && !soaks && polls > SUBTEST_POLLS && now > MAX_RETURNS)
			printf("# watchdog: KVM_RUN returns without end\n");
		else if (!watch->fired && !soaks && polls > MAX_POLLS)
			printf("# watchdog: the subtest has not ended for 4 minutes\n");
		else if (!watch->fired)
			continue;
		watch->fired = true;
		if (++kills < KILL_POLLS) {
			kill(pid, WATCHDOG_SIGNAL);
		} else if (kills < 2 * KILL_POLLS) {
			kill(pid, SIGKILL);
		} else {
			printf("# watchdog: process %d does not even die of SIGKILL\n", pid);
			break;
		}
	}

	if (output->fd >= 0)
		close(output->fd);
	if (end->fd >= 0)
		close(end->fd);
	return kills < 2 * KILL_POLLS;
}

static pid_t start_child(const struct subtest *t, int *output)
{
	int fds[2];
	pid_t pid;

	fflush(stdout);
	TEST_ASSERT(!pipe(fds), "pipe");
	pid = fork();
	TEST_ASSERT(pid >= 0, "fork");
	if (!pid) {
		close(fds[0]);
		run_child(t, fds[1]);
	}
	close(fds[1]);
	*output = fds[0];
	return pid;
}

/* The KSFT_* result of a child that ended with @status; says what is odd about it. */
static int child_result(int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status);

	printf("# ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
	/* It could not say so itself. */
	exit_log_print("# ");
	return KSFT_FAIL;
}

/* Returns false if the child could not be ended. */
static bool run_subtest(const struct subtest *t)
{
	struct watch watch = {};
	int result = KSFT_FAIL;
	bool ended;
	pid_t pid;

	exit_log_reset();
	host_log_mark();
	pid = start_child(t, &watch.fd);
	ended = watch_child(pid, &watch);
	if (ended)
		result = child_result(watch.status);
	/* A kvm_util may call an assertion that failed with EACCES a skip. */
	if (watch.fired || (result == KSFT_SKIP && !watch.skip_reason[0]))
		result = KSFT_FAIL;
	if (host_log_check()) {
		printf("# INV-5: the host kernel complained, see its log above\n");
		result = KSFT_FAIL;
	}

	if (result == KSFT_PASS)
		ksft_inc_pass_cnt();
	else if (result == KSFT_SKIP)
		ksft_inc_xskip_cnt();
	else
		ksft_inc_fail_cnt();
	printf("%sok %u %s %s%s%s\n", result == KSFT_PASS || result == KSFT_SKIP ? "" : "not ",
	       ksft_test_num(), t->id, t->words, result == KSFT_SKIP ? " # SKIP " : "",
	       result == KSFT_SKIP ? watch.skip_reason : "");
	return ended;
}

/* By the whole name, the id, or the id up to one of its dots */
static bool glob_selects(const char *glob, const struct subtest *t)
{
	char name[256], part[64];
	const char *end;

	snprintf(name, sizeof(name), "%s %s", t->id, t->words);
	if (!fnmatch(glob, name, 0) || !fnmatch(glob, t->id, 0))
		return true;
	for (end = strchr(t->id, '.'); end; end = strchr(end + 1, '.')) {
		snprintf(part, sizeof(part), "%.*s", (int)(end - t->id), t->id);
		if (!fnmatch(glob, part, 0))
			return true;
	}
	return false;
}

/**
 * struct command - what the command line asks for
 * @globs: -t
 * @list: -l
 */
struct command {
	const char *globs[MAX_GLOBS];
	unsigned int nr_globs;
	bool list;
};

static bool is_selected(const struct command *cmd, const struct subtest *t)
{
	unsigned int i;

	for (i = 0; i < cmd->nr_globs; i++) {
		if (glob_selects(cmd->globs[i], t))
			return true;
	}
	return !cmd->nr_globs;
}

static void usage(FILE *f)
{
	const struct subtest_option *o;

	fprintf(f,
		"Usage: %s [OPTION]...\n"
		"  -l       list the subtests, do not run them\n"
		"  -t GLOB  run only subtests that match, by id (EXIT-1.vtimer), row (EXIT-1)\n"
		"           or whole name; may be repeated\n"
		"  -v       print the exit log of passing subtests too\n"
		"  -h       this text\n",
		program);
	for (o = own_options; o->name; o++)
		fprintf(f, "  %s%s%s\n           %s\n", o->name[1] ? "--" : "-", o->name,
			o->value ? " NUMBER" : "", o->words);
	fprintf(f, "Exit code: 0 pass, 1 a subtest failed, 4 all skipped, 64 wrong usage.\n");
}

/* Returns false if @opt, as getopt_long() returned it, is none, or @arg is no number. */
static bool own_option(int opt, const char *arg)
{
	const struct subtest_option *o = own_options;
	char *end;

	while (o->name && opt != OWN_OPTION + (o - own_options) &&
	       (o->name[1] || opt != o->name[0]))
		o++;
	if (!o->name)
		return false;

	soaks |= o->soak;
	if (o->flag) {
		*o->flag = true;
		return true;
	}
	errno = 0;
	*o->value = strtoull(arg, &end, 0);
	if (isdigit(*arg) && !*end && !errno)
		return true;
	fprintf(stderr, "%s: '%s' is no number\n", program, arg);
	return false;
}

/* Returns what the program is to exit with, or -1 if it is to go on. */
static int parse_options(int argc, char **argv, struct command *cmd)
{
	char letters[16 + 2 * MAX_OPTIONS] = "lt:vh";
	struct option names[MAX_OPTIONS + 1] = {};
	unsigned int i;
	int opt;

	for (i = 0; own_options[i].name; i++) {
		const struct subtest_option *o = &own_options[i];

		TEST_ASSERT(i < MAX_OPTIONS, "more than %d options", MAX_OPTIONS);
		names[i] = (struct option) {
			o->name, o->value ? required_argument : no_argument, NULL, OWN_OPTION + i,
		};
		if (!o->name[1])
			strcat(strcat(letters, o->name), o->value ? ":" : "");
	}

	while ((opt = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		switch (opt) {
		case 'l':
			cmd->list = true;
			break;
		case 't':
			if (cmd->nr_globs == MAX_GLOBS) {
				fprintf(stderr, "%s: more than %d -t\n", program, MAX_GLOBS);
				return SUBTEST_EXIT_USAGE;
			}
			cmd->globs[cmd->nr_globs++] = optarg;
			break;
		case 'v':
			verbose = true;
			break;
		case 'h':
			usage(stdout);
			return KSFT_PASS;
		default:
			if (own_option(opt, optarg))
				break;
			usage(stderr);
			return SUBTEST_EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "%s: unexpected argument '%s'\n", program, argv[optind]);
	usage(stderr);
	return SUBTEST_EXIT_USAGE;
}

static void print_host(void)
{
	struct utsname u;

	uname(&u);
	printf("# host: Linux %s %s, %ld CPUs, %d KiB pages, KVM mode %s\n", u.release, u.machine,
	       sysconf(_SC_NPROCESSORS_ONLN), getpagesize() >> 10, host_log_mode());
}

int subtest_main(int argc, char **argv, const struct subtest *subtests, unsigned int nr)
{
	static const struct subtest_option none[] = { {} };

	return subtest_main_with(argc, argv, subtests, nr, none);
}

int subtest_main_with(int argc, char **argv, const struct subtest *subtests, unsigned int nr,
		      const struct subtest_option *options)
{
	unsigned int i, nr_selected = 0;
	struct command cmd = {};
	int ret;

	program = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	own_options = options;
	ret = parse_options(argc, argv, &cmd);
	if (ret >= 0)
		return ret;

	for (i = 0; i < nr; i++)
		nr_selected += is_selected(&cmd, &subtests[i]);
	if (!nr_selected) {
		fprintf(stderr, "%s: no subtest matches; -l lists them\n", program);
		return SUBTEST_EXIT_USAGE;
	}
	if (cmd.list) {
		for (i = 0; i < nr; i++) {
			if (is_selected(&cmd, &subtests[i]))
				printf("%s %s\n", subtests[i].id, subtests[i].words);
		}
		return KSFT_PASS;
	}

	setvbuf(stdout, NULL, _IOLBF, 0);
	ksft_print_header();
	ksft_set_plan(nr_selected);
	print_host();
	exit_log_init();
	for (i = 0; i < nr; i++) {
		if (is_selected(&cmd, &subtests[i]) && !run_subtest(&subtests[i])) {
			printf("Bail out! a process that cannot be killed is left on the host\n");
			return KSFT_FAIL;
		}
	}
	ksft_print_cnts();
	if (ksft_get_fail_cnt())
		return KSFT_FAIL;
	return ksft_get_pass_cnt() ? KSFT_PASS : KSFT_SKIP;
}
