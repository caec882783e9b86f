/* SPDX-License-Identifier: GPL-2.0 */
/*
 * AArch64: registers, exceptions and barriers, for host and guest code.
 */
#ifndef SELFTEST_KVM_PROCESSOR_H
#define SELFTEST_KVM_PROCESSOR_H

#include "kvm_util.h"

#define ARM64_CORE_REG(x) (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | \
			   KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(x))

#define __sysreg_id(op0, op1, crn, crm, op2) ARM64_SYS_REG(op0, op1, crn, crm, op2)
#define SYS_MPIDR_EL1		__sysreg_id(3, 0, 0, 0, 5)
#define SYS_ID_AA64ISAR2_EL1	__sysreg_id(3, 0, 0, 6, 2)
#define SYS_ID_AA64MMFR0_EL1	__sysreg_id(3, 0, 0, 7, 0)
#define SYS_SCTLR_EL1		__sysreg_id(3, 0, 1, 0, 0)
#define SYS_CPACR_EL1		__sysreg_id(3, 0, 1, 0, 2)
#define SYS_TTBR0_EL1		__sysreg_id(3, 0, 2, 0, 0)
#define SYS_TCR_EL1		__sysreg_id(3, 0, 2, 0, 2)
#define SYS_MAIR_EL1		__sysreg_id(3, 0, 10, 2, 0)
#define SYS_VBAR_EL1		__sysreg_id(3, 0, 12, 0, 0)
#define SYS_TPIDR_EL1		__sysreg_id(3, 0, 13, 0, 4)
/* The ids above are complete KVM_GET_ONE_REG ids already. */
#define KVM_ARM64_SYS_REG(id) (id)

/* Exception vectors in the order of VBAR_EL1 (Arm ARM D1.4.1) */
enum {
	VECTOR_SYNC_CURRENT_SP0,
	VECTOR_IRQ_CURRENT_SP0,
	VECTOR_FIQ_CURRENT_SP0,
	VECTOR_ERROR_CURRENT_SP0,
	VECTOR_SYNC_CURRENT,
	VECTOR_IRQ_CURRENT,
	VECTOR_FIQ_CURRENT,
	VECTOR_ERROR_CURRENT,
	VECTOR_SYNC_LOWER_64,
	VECTOR_IRQ_LOWER_64,
	VECTOR_FIQ_LOWER_64,
	VECTOR_ERROR_LOWER_64,
	VECTOR_SYNC_LOWER_32,
	VECTOR_IRQ_LOWER_32,
	VECTOR_FIQ_LOWER_32,
	VECTOR_ERROR_LOWER_32,
	VECTOR_NUM,
};

#define ESR_EC_NUM 64
#define ESR_EC_SHIFT 26
#define ESR_EC_UNKNOWN 0x0

struct ex_regs {
	u64 regs[31];
	u64 sp;
	u64 pc;
	u64 pstate;
};

typedef void (*handler_fn)(struct ex_regs *regs);

#ifndef __LINUX_ARM_SMCCC_H
struct arm_smccc_res {
	unsigned long a0;
	unsigned long a1;
	unsigned long a2;
	unsigned long a3;
};
#endif

void smccc_hvc(u32 function_id, u64 arg0, u64 arg1, u64 arg2, u64 arg3, u64 arg4, u64 arg5,
	       u64 arg6, struct arm_smccc_res *res);

struct kvm_vcpu *aarch64_vcpu_add(struct kvm_vm *vm, u32 vcpu_id, struct kvm_vcpu_init *init,
				  void *guest_code);

/**
 * aarch64_vcpu_setup() - KVM_ARM_VCPU_INIT and the EL1 state guest code needs
 * @init: features to ask for, NULL for the preferred target with PSCI 0.2
 *
 * MMU and caches on, FP enabled, TPIDR_EL1 = vCPU id, EL1h, DAIF masked.
 */
void aarch64_vcpu_setup(struct kvm_vcpu *vcpu, struct kvm_vcpu_init *init);

/** vm_init_descriptor_tables() - forget all handlers of @vm */
void vm_init_descriptor_tables(struct kvm_vm *vm);

/** vcpu_init_descriptor_tables() - point VBAR_EL1 of @vcpu to the library's vectors */
void vcpu_init_descriptor_tables(struct kvm_vcpu *vcpu);
void vm_install_exception_handler(struct kvm_vm *vm, int vector, handler_fn handler);
void vm_install_sync_handler(struct kvm_vm *vm, int vector, int ec, handler_fn handler);

/** assert_on_unhandled_exception() - fail if the last exit reports one */
void assert_on_unhandled_exception(struct kvm_vcpu *vcpu);

/** guest_get_vcpuid() - guest side: id of the running vCPU */
u32 guest_get_vcpuid(void);

static inline void cpu_relax(void)
{
	asm volatile("yield" ::: "memory");
}

#define isb() ({ asm volatile("isb" ::: "memory"); })
#define dsb(opt) ({ asm volatile("dsb " #opt ::: "memory"); })
#define dmb(opt) ({ asm volatile("dmb " #opt ::: "memory"); })

#define read_sysreg(reg)							\
({										\
	u64 __val;								\
										\
	asm volatile("mrs %0, " #reg : "=r"(__val) : : "memory");		\
	__val;									\
})

#define write_sysreg(val, reg)							\
do {										\
	u64 __val = (u64)(val);							\
										\
	asm volatile("msr " #reg ", %x0" : : "rZ"(__val) : "memory");		\
} while (0)

static inline void local_irq_enable(void)
{
	asm volatile("msr daifclr, #3" ::: "memory");
}

static inline void local_irq_disable(void)
{
	asm volatile("msr daifset, #3" ::: "memory");
}

static inline void writel(u32 val, volatile void *addr)
{
	asm volatile("str %w0, [%1]" : : "rZ"(val), "r"(addr) : "memory");
}

static inline u32 readl(volatile void *addr)
{
	u32 val;

	asm volatile("ldr %w0, [%1]" : "=r"(val) : "r"(addr) : "memory");
	return val;
}

#endif /* SELFTEST_KVM_PROCESSOR_H */
