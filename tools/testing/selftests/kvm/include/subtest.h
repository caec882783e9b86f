/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Subtests: each runs in a process of its own under a watchdog, and gives one
 * KTAP result line.
 */
#ifndef SELFTEST_KVM_SUBTEST_H
#define SELFTEST_KVM_SUBTEST_H

#include "test_util.h"

struct guest_timer;

/* Exit code for a wrong option or a -t that matches nothing (EX_USAGE) */
#define SUBTEST_EXIT_USAGE 64

/**
 * struct subtest - one promise
 * @id: id of the contract row, without spaces; "-t" and the data file of known
 *	kernel bugs match it
 * @words: the promise in a few words
 * @fn: the test; returns to pass, asserts to fail, __TEST_REQUIRE()s to skip
 * @timer: handed to @fn, NULL where the row is not about one of the timers
 */
struct subtest {
	const char *id;
	const char *words;
	void (*fn)(const struct guest_timer *timer);
	const struct guest_timer *timer;
};

/**
 * struct subtest_option - an option of one program's own
 * @name: a letter for "-n", or a word for "--name"
 * @words: what it is for, or what its number is, for -h
 * @value: it takes a number, that goes here; the default is what is there before
 * @flag: it takes no number; set when it is given
 * @soak: given, it may make a subtest run for long: there is no limit then to
 *	  the time of a whole subtest, only to that without a return of KVM_RUN
 */
struct subtest_option {
	const char *name;
	const char *words;
	u64 *value;
	bool *flag;
	bool soak;
};

/**
 * subtest_main_with() - run the subtests that the command line asks for
 * @options: those of the program, up to an entry without name
 *
 * Options of every program: -l list, -t GLOB select (repeatable; matches the id,
 * the id up to one of its dots, or the whole name), -v print the exit log
 * of passing subtests too, -h help.
 *
 * Returns the exit code of the program: 0 pass, 1 fail, 4 all skipped, 64 wrong
 * usage.
 */
int subtest_main_with(int argc, char **argv, const struct subtest *subtests, unsigned int nr,
		      const struct subtest_option *options);

/** subtest_main() - the same for a program without options of its own */
int subtest_main(int argc, char **argv, const struct subtest *subtests, unsigned int nr);

/**
 * subtest_timed_out() - has the watchdog given up on the running subtest?
 *
 * The watchdog fires when no KVM_RUN of any thread has returned for 10 seconds, and
 * when a whole subtest has not ended long after it should have: after 90 seconds with
 * more than 100,000 returns, or after 4 minutes; all of them longer on a host so busy
 * that it is late itself. It makes KVM_RUN return EINTR.
 */
bool subtest_timed_out(void);

/**
 * subtest_enter_run() - the calling thread is about to KVM_RUN on @immediate_exit
 *
 * From here to subtest_leave_run() the watchdog sets *@immediate_exit and
 * signals the thread.
 */
void subtest_enter_run(volatile u8 *immediate_exit);

/** subtest_leave_run() - the calling thread is back from KVM_RUN */
void subtest_leave_run(void);

#endif /* SELFTEST_KVM_SUBTEST_H */
