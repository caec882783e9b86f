// SPDX-License-Identifier: GPL-2.0
/*
 * A function for the project's Makefile, $(exit-with CODE): GNU make itself ends
 * with 2 whatever a recipe ended with, but git bisect run needs to know.
 */
#include <stdlib.h>
#include <gnumake.h>

int plugin_is_GPL_compatible;

int make_exit_gmk_setup(const gmk_floc *where);

static char *exit_with(const char *name, unsigned int argc, char **argv)
{
	(void)name;
	(void)argc;
	exit(atoi(argv[0]));
}

int make_exit_gmk_setup(const gmk_floc *where)
{
	(void)where;
	gmk_add_function("exit-with", exit_with, 1, 1, GMK_FUNC_DEFAULT);
	return 1;
}
