/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host-side assertions and messages of the KVM selftests.
 */
#ifndef SELFTEST_KVM_TEST_UTIL_H
#define SELFTEST_KVM_TEST_UTIL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest.h"

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint16_t u16;
typedef uint8_t u8;
typedef int64_t s64;
typedef int32_t s32;

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#ifndef READ_ONCE
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile typeof(x) *)&(x) = (v))
#endif

/** align_up() - @x rounded up to a multiple of @size, a power of two */
static inline u64 align_up(u64 x, u64 size)
{
	return (x + size - 1) & ~(size - 1);
}

/* From kselftest.h, but for that of Linux 6.1 */
#ifndef __printf
#define __printf(a, b) __attribute__((format(printf, a, b)))
#endif

#define pr_info(...) printf(__VA_ARGS__)
#ifdef DEBUG
#define pr_debug(...) printf(__VA_ARGS__)
#else
#define pr_debug(...) do { if (0) printf(__VA_ARGS__); } while (0)
#endif

/** print_skip() - print the reason why a test cannot run here. */
void print_skip(const char *fmt, ...) __printf(1, 2);

/**
 * test_failing() - the calling thread is about to say how the test failed, and exit
 *
 * Returns in the first thread only: the others stay here until the process ends.
 */
void test_failing(void);

/**
 * test_assert() - end the test unless @exp holds
 * @exp: the outcome of the expression
 * @exp_str: its text
 * @file: source file of the assertion
 * @line: line of the assertion
 * @fmt: message, printf style, or NULL
 *
 * Prints the place, the expression, errno and the message, and exits with
 * KSFT_FAIL.
 */
void test_assert(bool exp, const char *exp_str, const char *file, unsigned int line,
		 const char *fmt, ...) __printf(5, 6);

#define TEST_ASSERT(e, fmt, ...) \
	test_assert((e), #e, __FILE__, __LINE__, fmt, ##__VA_ARGS__)

#define TEST_ASSERT_EQ(a, b)							\
do {										\
	typeof(a) __a = (a);							\
	typeof(b) __b = (b);							\
										\
	test_assert(__a == __b, #a " == " #b, __FILE__, __LINE__,		\
		    "left %#lx, right %#lx", (unsigned long)__a,		\
		    (unsigned long)__b);					\
} while (0)

#define TEST_FAIL(fmt, ...) \
do {										\
	test_assert(false, "false", __FILE__, __LINE__, fmt, ##__VA_ARGS__);	\
	__builtin_unreachable();						\
} while (0)

/* What the host cannot do is a SKIP with its reason, never a failure. */
#define __TEST_REQUIRE(f, fmt, ...)						\
do {										\
	if (!(f)) {								\
		print_skip(fmt, ##__VA_ARGS__);					\
		exit(KSFT_SKIP);						\
	}									\
} while (0)

#define TEST_REQUIRE(f) __TEST_REQUIRE(f, "Requirement not met: %s", #f)

#endif /* SELFTEST_KVM_TEST_UTIL_H */
