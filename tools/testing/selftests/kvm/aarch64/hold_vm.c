// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps a VM open until it is killed, so that KVM's static keys (that of the
 * preempt notifiers, for one) do not change with every VM of the tests.
 *
 * vmtest.sh starts this: with both changing at once, a CPU emulated by QEMU 7.2
 * may go on with the code from before, and a vCPU then misses its put or load.
 */
#include "kvm_util.h"

int main(void)
{
	vm_create_barebones();
	for (;;)
		pause();
}
