// SPDX-License-Identifier: GPL-2.0
/*
 * AArch64: stage-1 page tables, EL1 state of a new vCPU, exceptions.
 */
#include <fcntl.h>
#include <stdarg.h>

#include "kvm_util.h"
#include "ucall_common.h"

#ifndef KVM_VM_TYPE_ARM_IPA_SIZE
#define KVM_VM_TYPE_ARM_IPA_SIZE(x) ((x) & 0xff)
#endif

#define STACK_SIZE	(32u << 10)
#define DEFAULT_PA_BITS	40
#define VA_BITS		48

/* Stage-1 descriptors (Arm ARM D8.3) */
#define PTE_TABLE_OR_PAGE	3ul
#define PTE_ATTR_NORMAL		(0ul << 2)	/* index into MAIR_EL1 */
#define PTE_INNER_SHAREABLE	(3ul << 8)
#define PTE_AF			(1ul << 10)
#define MAIR_NORMAL_WB		0xfful		/* attribute 0 */

#define SCTLR_M (1ul << 0)
#define SCTLR_C (1ul << 2)
#define SCTLR_I (1ul << 12)

/* TCR_EL1.TG0 and the supported-granule fields of ID_AA64MMFR0_EL1 */
static const struct granule {
	unsigned int page_shift;
	unsigned int tcr_tg0;
	unsigned int mmfr0_shift;
	unsigned int mmfr0_none;
} granules[] = {
	{ 12, 0, 28, 0xf },
	{ 16, 1, 24, 0xf },
	{ 14, 2, 20, 0x0 },
};

static u64 mmfr0;	/* ID_AA64MMFR0_EL1 of the guest's CPU */

/*
 * Only a vCPU tells what the guest's CPU can do, and page tables come before
 * the first vCPU: so this takes a VM of its own. Before main(), that it is not
 * made again for each subtest; whatever fails here fails again there.
 */
static void __attribute__((constructor)) probe_guest_cpu(void)
{
	struct kvm_vcpu_init init = {};
	struct kvm_vcpu vcpu = {};
	int kvm_fd, vm_fd;

	kvm_fd = open(KVM_DEV_PATH, O_RDWR | O_CLOEXEC);
	if (kvm_fd < 0)
		return;
	vm_fd = ioctl(kvm_fd, KVM_CREATE_VM, kvm_arch_vm_type(kvm_fd));
	vcpu.fd = ioctl(vm_fd, KVM_CREATE_VCPU, 0ul);
	if (!ioctl(vm_fd, KVM_ARM_PREFERRED_TARGET, &init) &&
	    !ioctl(vcpu.fd, KVM_ARM_VCPU_INIT, &init))
		__vcpu_get_reg(&vcpu, SYS_ID_AA64MMFR0_EL1, &mmfr0);
	close(vcpu.fd);
	close(vm_fd);
	close(kvm_fd);
}

/* KVM_GUEST_GRANULE=4|16|64 asks for a stage-1 granule in KiB. */
static const struct granule *guest_granule(void)
{
	const char *want = getenv("KVM_GUEST_GRANULE");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(granules); i++) {
		const struct granule *g = &granules[i];

		if (want && 1ul << g->page_shift != strtoul(want, NULL, 10) << 10)
			continue;
		if (((mmfr0 >> g->mmfr0_shift) & 0xf) != g->mmfr0_none)
			return g;
	}
	__TEST_REQUIRE(false, "the guest's CPU has no stage-1 granule of %s KiB", want);
	return NULL;
}

unsigned long kvm_arch_vm_type(int kvm_fd)
{
	int limit = __kvm_ioctl(kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);

	if (limit > 0 && limit < DEFAULT_PA_BITS)
		return KVM_VM_TYPE_ARM_IPA_SIZE(limit);
	return 0;
}

void kvm_arch_vm_post_create(struct kvm_vm *vm)
{
	unsigned long ipa_bits = kvm_arch_vm_type(vm->kvm_fd);

	vm->page_shift = guest_granule()->page_shift;
	vm->page_size = 1u << vm->page_shift;
	vm->pa_bits = ipa_bits ? ipa_bits : DEFAULT_PA_BITS;
	vm->va_bits = VA_BITS;
}

/* Entry of the last-level table for @gva; tables are made on the way if @alloc. */
static u64 *virt_get_pte(struct kvm_vm *vm, u64 gva, bool alloc)
{
	unsigned int bits = vm->page_shift - 3;
	unsigned int levels = (vm->va_bits - vm->page_shift + bits - 1) / bits;
	u64 mask = (1ul << bits) - 1;
	u64 table = vm->pgd;
	unsigned int level;
	u64 *entry;

	if (!table) {
		if (!alloc)
			return NULL;
		table = vm_phy_page_alloc(vm, 0, 0);
		vm->pgd = table;
	}

	for (level = levels - 1; ; level--) {
		entry = (u64 *)addr_gpa2hva(vm, table) +
			((gva >> (vm->page_shift + level * bits)) & mask);
		if (!level)
			return entry;
		if (!*entry) {
			if (!alloc)
				return NULL;
			*entry = vm_phy_page_alloc(vm, 0, 0) | PTE_TABLE_OR_PAGE;
		}
		table = *entry & ((1ul << 48) - vm->page_size);
	}
}

void virt_pg_map(struct kvm_vm *vm, u64 vaddr, u64 paddr)
{
	u64 *pte = virt_get_pte(vm, vaddr, true);

	TEST_ASSERT(!((vaddr | paddr) & (vm->page_size - 1)),
		    "mapping of %#lx to %#lx not aligned to %#x", vaddr, paddr, vm->page_size);
	TEST_ASSERT(!*pte, "guest virtual %#lx is mapped already", vaddr);
	*pte = paddr | PTE_TABLE_OR_PAGE | PTE_ATTR_NORMAL | PTE_INNER_SHAREABLE | PTE_AF;
}

u64 addr_gva2gpa(struct kvm_vm *vm, u64 gva)
{
	u64 *pte = virt_get_pte(vm, gva, false);

	TEST_ASSERT(pte && *pte, "guest virtual %#lx is not mapped", gva);
	return (*pte & ((1ul << 48) - vm->page_size)) | (gva & (vm->page_size - 1));
}

static u64 vm_stack_alloc(struct kvm_vm *vm)
{
	unsigned int pages = (STACK_SIZE + vm->page_size - 1) / vm->page_size;
	u64 gva = vm->next_gva;

	virt_map(vm, gva, vm_phy_pages_alloc(vm, pages, 0, 0), pages);
	/* An unmapped page between stacks makes an overflow an exception. */
	vm->next_gva += (pages + 1) * vm->page_size;
	return gva + pages * vm->page_size;
}

void aarch64_vcpu_setup(struct kvm_vcpu *vcpu, struct kvm_vcpu_init *init)
{
	struct kvm_vcpu_init preferred = {}, chosen = {};
	const struct granule *g = guest_granule();
	struct kvm_vm *vm = vcpu->vm;
	u64 parange, sctlr, tcr;

	vm_ioctl(vm, KVM_ARM_PREFERRED_TARGET, &preferred);
	if (init)
		chosen = *init;
	chosen.target = preferred.target;
	chosen.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	vcpu_ioctl(vcpu, KVM_ARM_VCPU_INIT, &chosen);

	parange = mmfr0 & 0xf;
	if (parange > 5)
		parange = 5;	/* 48 bits: more needs FEAT_LPA descriptors */

	tcr = 64 - vm->va_bits;			/* T0SZ */
	tcr |= 1ul << 8 | 1ul << 10;		/* IRGN0, ORGN0: write-back, allocate */
	tcr |= 3ul << 12;			/* SH0: inner shareable */
	tcr |= (u64)g->tcr_tg0 << 14;
	tcr |= 1ul << 23;			/* EPD1: nothing behind TTBR1 */
	tcr |= parange << 32;

	TEST_ASSERT(!__vcpu_get_reg(vcpu, SYS_SCTLR_EL1, &sctlr), "KVM_GET_ONE_REG SCTLR_EL1");
	vcpu_set_reg(vcpu, SYS_SCTLR_EL1, sctlr | SCTLR_M | SCTLR_C | SCTLR_I);
	vcpu_set_reg(vcpu, SYS_TCR_EL1, tcr);
	vcpu_set_reg(vcpu, SYS_MAIR_EL1, MAIR_NORMAL_WB);
	vcpu_set_reg(vcpu, SYS_TTBR0_EL1, vm->pgd);
	vcpu_set_reg(vcpu, SYS_CPACR_EL1, 3ul << 20);
	vcpu_set_reg(vcpu, SYS_TPIDR_EL1, vcpu->id);
}

struct kvm_vcpu *aarch64_vcpu_add(struct kvm_vm *vm, u32 vcpu_id, struct kvm_vcpu_init *init,
				  void *guest_code)
{
	struct kvm_vcpu *vcpu = __vm_vcpu_add(vm, vcpu_id);

	aarch64_vcpu_setup(vcpu, init);
	vcpu_set_reg(vcpu, ARM64_CORE_REG(sp_el1), vm_stack_alloc(vm));
	vcpu_set_reg(vcpu, ARM64_CORE_REG(regs.pc), (u64)guest_code);
	vcpu_init_descriptor_tables(vcpu);
	return vcpu;
}

struct kvm_vcpu *vm_arch_vcpu_add(struct kvm_vm *vm, u32 vcpu_id, void *guest_code)
{
	return aarch64_vcpu_add(vm, vcpu_id, NULL, guest_code);
}

void vcpu_args_set(struct kvm_vcpu *vcpu, unsigned int num, ...)
{
	va_list ap;
	unsigned int i;

	TEST_ASSERT(num >= 1 && num <= 8, "%u arguments", num);
	va_start(ap, num);
	for (i = 0; i < num; i++)
		vcpu_set_reg(vcpu, ARM64_CORE_REG(regs.regs[0]) + i * sizeof(u64) / sizeof(u32),
			     va_arg(ap, u64));
	va_end(ap);
}

/* Exceptions. Each VM has its own copy of the program, so also of this table. */
extern char vectors[];
void route_exception(struct ex_regs *regs, u64 vector);

static handler_fn exception_handlers[VECTOR_NUM][ESR_EC_NUM];

void vm_init_descriptor_tables(struct kvm_vm *vm)
{
	memset(addr_gva2hva(vm, (u64)exception_handlers), 0, sizeof(exception_handlers));
}

void vcpu_init_descriptor_tables(struct kvm_vcpu *vcpu)
{
	vcpu_set_reg(vcpu, SYS_VBAR_EL1, (u64)vectors);
}

static bool vector_is_sync(int vector)
{
	return vector % 4 == VECTOR_SYNC_CURRENT_SP0;
}

void vm_install_sync_handler(struct kvm_vm *vm, int vector, int ec, handler_fn handler)
{
	TEST_ASSERT(vector_is_sync(vector) && vector < VECTOR_NUM && ec < ESR_EC_NUM,
		    "vector %d, exception class %#x", vector, ec);
	*(handler_fn *)addr_gva2hva(vm, (u64)&exception_handlers[vector][ec]) = handler;
}

void vm_install_exception_handler(struct kvm_vm *vm, int vector, handler_fn handler)
{
	TEST_ASSERT(!vector_is_sync(vector) && vector < VECTOR_NUM, "vector %d", vector);
	*(handler_fn *)addr_gva2hva(vm, (u64)&exception_handlers[vector][0]) = handler;
}

/* Guest side, called from handlers.S */
void route_exception(struct ex_regs *regs, u64 vector)
{
	u64 esr = vector_is_sync(vector) ? read_sysreg(esr_el1) : 0;
	handler_fn handler = exception_handlers[vector][esr >> ESR_EC_SHIFT & (ESR_EC_NUM - 1)];

	if (handler)
		return handler(regs);
	ucall(UCALL_UNHANDLED, 4, vector, esr, regs->pc, read_sysreg(far_el1));
	for (;;)
		cpu_relax();
}

void assert_on_unhandled_exception(struct kvm_vcpu *vcpu)
{
	struct ucall uc;

	TEST_ASSERT(get_ucall(vcpu, &uc) != UCALL_UNHANDLED,
		    "unhandled guest exception: vector %lu, EC %#lx, ESR %#lx, PC %#lx, FAR %#lx",
		    uc.args[0], uc.args[1] >> ESR_EC_SHIFT, uc.args[1], uc.args[2], uc.args[3]);
}

u32 guest_get_vcpuid(void)
{
	return read_sysreg(tpidr_el1);
}

void smccc_hvc(u32 function_id, u64 arg0, u64 arg1, u64 arg2, u64 arg3, u64 arg4, u64 arg5,
	       u64 arg6, struct arm_smccc_res *res)
{
	register u64 x0 asm("x0") = function_id;
	register u64 x1 asm("x1") = arg0;
	register u64 x2 asm("x2") = arg1;
	register u64 x3 asm("x3") = arg2;
	register u64 x4 asm("x4") = arg3;
	register u64 x5 asm("x5") = arg4;
	register u64 x6 asm("x6") = arg5;
	register u64 x7 asm("x7") = arg6;

	asm volatile("hvc #0"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
		     : "r"(x4), "r"(x5), "r"(x6), "r"(x7)
		     : "memory", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
		       "x17");
	if (res)
		*res = (struct arm_smccc_res) { x0, x1, x2, x3 };
}
