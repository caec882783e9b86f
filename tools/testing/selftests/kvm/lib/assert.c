// SPDX-License-Identifier: GPL-2.0
/*
 * Host-side assertions.
 */
#include <stdarg.h>

#include "test_util.h"

/* What other threads find on the way out of the first failure explains nothing. */
void test_failing(void)
{
	static pid_t failing;
	pid_t none = 0, self = gettid();

	if (__atomic_compare_exchange_n(&failing, &none, self, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED) || none == self)
		return;
	for (;;)
		pause();
}

void print_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	printf("SKIP: ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}

void test_assert(bool exp, const char *exp_str, const char *file, unsigned int line,
		 const char *fmt, ...)
{
	const char *name = strrchr(file, '/');
	int err = errno;
	va_list ap;

	if (exp)
		return;

	test_failing();
	printf("%s:%u: ", name ? name + 1 : file, line);
	if (fmt) {
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
	}
	printf("\n");
	if (strcmp(exp_str, "false"))
		printf("  expected: %s\n", exp_str);
	if (err)
		printf("  errno %d (%s)\n", err, strerror(err));
	exit(KSFT_FAIL);
}
