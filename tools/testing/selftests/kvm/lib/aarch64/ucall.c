// SPDX-License-Identifier: GPL-2.0
/*
 * Guest-to-host calls through an MMIO write.
 */
#include <stdarg.h>

#include "ucall_common.h"

/* Guest side: where to write; set in the guest's copy by ucall_init(). */
static u64 ucall_mmio_gva;

void ucall_init(struct kvm_vm *vm, u64 mmio_gpa)
{
	virt_pg_map(vm, mmio_gpa, mmio_gpa);
	vm->ucall_mmio_addr = mmio_gpa;
	*(u64 *)addr_gva2hva(vm, (u64)&ucall_mmio_gva) = mmio_gpa;
}

void ucall(u64 cmd, int nargs, ...)
{
	struct ucall uc = { .cmd = cmd };
	va_list ap;
	int i;

	va_start(ap, nargs);
	for (i = 0; i < nargs && i < UCALL_MAX_ARGS; i++)
		uc.args[i] = va_arg(ap, u64);
	va_end(ap);

	asm volatile("str %0, [%1]" : : "r"(&uc), "r"(READ_ONCE(ucall_mmio_gva)) : "memory");
}

u64 get_ucall(struct kvm_vcpu *vcpu, struct ucall *uc)
{
	struct kvm_run *run = vcpu->run;
	u64 gva;

	memset(uc, 0, sizeof(*uc));
	if (run->exit_reason != KVM_EXIT_MMIO || !run->mmio.is_write ||
	    run->mmio.phys_addr != vcpu->vm->ucall_mmio_addr)
		return UCALL_NONE;

	TEST_ASSERT(run->mmio.len == sizeof(gva), "ucall of %u bytes", run->mmio.len);
	memcpy(&gva, run->mmio.data, sizeof(gva));
	memcpy(uc, addr_gva2hva(vcpu->vm, gva), sizeof(*uc));
	return uc->cmd;
}

void report_guest_assert(const struct ucall *uc)
{
	const char *file = (const char *)uc->args[1];
	const char *name = strrchr(file, '/');

	test_failing();
	/* Addresses of strings are the same in guest and host: one program. */
	printf("%s:%lu: guest assertion failed: %s (%#lx, %#lx)\n", name ? name + 1 : file,
	       uc->args[2], (const char *)uc->args[0], uc->args[3], uc->args[4]);
	exit(KSFT_FAIL);
}
