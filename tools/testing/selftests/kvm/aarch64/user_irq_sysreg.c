// SPDX-License-Identifier: GPL-2.0
/*
 * REG: a guest without a vgic has no GIC system registers either.
 */
#include "user_irq.h"

/* ICC_*_EL1, by encodings that every assembler knows */
#define ICC_REGISTERS(X)							\
	X(PMR, s3_0_c4_c6_0)		X(IAR0, s3_0_c12_c8_0)			\
	X(EOIR0, s3_0_c12_c8_1)		X(HPPIR0, s3_0_c12_c8_2)		\
	X(BPR0, s3_0_c12_c8_3)		X(AP0R0, s3_0_c12_c8_4)			\
	X(AP1R0, s3_0_c12_c9_0)		X(DIR, s3_0_c12_c11_1)			\
	X(RPR, s3_0_c12_c11_3)		X(IAR1, s3_0_c12_c12_0)			\
	X(EOIR1, s3_0_c12_c12_1)	X(HPPIR1, s3_0_c12_c12_2)		\
	X(BPR1, s3_0_c12_c12_3)		X(CTLR, s3_0_c12_c12_4)			\
	X(IGRPEN0, s3_0_c12_c12_6)	X(IGRPEN1, s3_0_c12_c12_7)

#define ICC_SGI_REGISTERS(X)							\
	X(SGI1R, s3_0_c12_c11_5)	X(ASGI1R, s3_0_c12_c11_6)		\
	X(SGI0R, s3_0_c12_c11_7)

#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_SRE_SRE 1ul

#define ID_AA64PFR0_GIC_SHIFT 24

static u64 nr_undefined;

static void guest_skip_undefined(struct ex_regs *regs)
{
	nr_undefined++;
	regs->pc += 4;
}

/* To the registers that send SGIs, 1 is SGI 0 to the first vCPU. */
#define DEFINE_ACCESS(name, reg)						\
	static void read_##name(void) { read_sysreg(reg); }			\
	static void write_##name(void) { write_sysreg(1, reg); isb(); }

ICC_REGISTERS(DEFINE_ACCESS)
ICC_SGI_REGISTERS(DEFINE_ACCESS)

struct access {
	const char *name;
	void (*fn)(void);
};

#define ACCESSES(name, reg)							\
	{ "read of ICC_" #name "_EL1, " #reg ",", read_##name },		\
	{ "write of ICC_" #name "_EL1, " #reg ",", write_##name },

static const struct access icc_accesses[] = { ICC_REGISTERS(ACCESSES) {} };
static const struct access sgi_accesses[] = { ICC_SGI_REGISTERS(ACCESSES) {} };

static void guest_access(const struct access *accesses)
{
	const struct access *a;
	u64 before;

	for (a = accesses; a->fn; a++) {
		before = nr_undefined;
		a->fn();
		GUEST_SYNC_ARGS(a - accesses, nr_undefined - before, 0, 0, 0);
	}
	GUEST_DONE();
}

static struct kvm_vm *sysreg_vm_create(struct kvm_vcpu **vcpu, void *guest_code)
{
	struct kvm_vm *vm = user_irq_vm_create(vcpu, guest_code, NULL);

	vm_install_sync_handler(vm, VECTOR_SYNC_CURRENT, ESR_EC_UNKNOWN, guest_skip_undefined);
	return vm;
}

/* All of them are undefined, and the host lives on. */
static void run_accesses(const struct access *accesses)
{
	unsigned int i, nr_defined = 0;
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm = sysreg_vm_create(&vcpu, guest_access);

	vcpu_args_set(vcpu, 1, accesses);
	for (i = 0; accesses[i].fn; i++) {
		x = run_once(vcpu);
		assert_sync(x, i);
		assert_level(x, 0);
		if (x.uc.args[2] != 1) {
			pr_info("%s is not undefined\n", accesses[i].name);
			nr_defined++;
		}
	}
	assert_done(run_once(vcpu));
	TEST_ASSERT(!nr_defined, "the guest can use a GIC that it has not");
	kvm_vm_free(vm);
}

static void test_icc(const struct guest_timer *unused)
{
	(void)unused;
	__TEST_REQUIRE(host_has_vgic(), "the host's GIC has no vgic: see REG-9.nogic");
	run_accesses(icc_accesses);
}

/* There KVM does not know that the CPU has an interface to guard. */
static void test_icc_nogic(const struct guest_timer *unused)
{
	(void)unused;
	__TEST_REQUIRE(!host_has_vgic(), "the host's GIC has a vgic");
	run_accesses(icc_accesses);
}

/* CVE-2024-46707: the host followed a NULL pointer to the redistributors. */
static void test_sgi(const struct guest_timer *unused)
{
	(void)unused;
	run_accesses(sgi_accesses);
}

/* Not every CPU can trap this one: then it says that there is nothing else. */
static void guest_access_sre(void)
{
	u64 val = read_sysreg(ICC_SRE_EL1);

	GUEST_SYNC_ARGS(0, nr_undefined, val, 0, 0);
	write_sysreg(0, ICC_SRE_EL1);
	isb();
	nr_undefined = 0;
	val = read_sysreg(ICC_SRE_EL1);
	GUEST_SYNC_ARGS(1, nr_undefined, val, 0, 0);
	GUEST_DONE();
}

static void test_sre(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpu;
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	(void)unused;
	vm = sysreg_vm_create(&vcpu, guest_access_sre);
	for (i = 0; i < 2; i++) {
		x = run_once(vcpu);
		assert_sync(x, i);
		TEST_ASSERT(x.uc.args[2] == 1 || x.uc.args[3] & ICC_SRE_SRE,
			    "ICC_SRE_EL1 is neither undefined nor fixed to 1%s: %#lx",
			    i ? ", 0 having been written" : "", x.uc.args[3]);
	}
	assert_done(run_once(vcpu));
	kvm_vm_free(vm);
}

static void guest_tell_id(void)
{
	GUEST_SYNC(read_sysreg(id_aa64pfr0_el1) >> ID_AA64PFR0_GIC_SHIFT & 0xf);
	GUEST_DONE();
}

/* The second vCPU's first run was one too many for 6.18-rc5: a WARN. */
static void test_id(const struct guest_timer *unused)
{
	struct kvm_vcpu *vcpus[2];
	struct vcpu_exit x;
	struct kvm_vm *vm;
	unsigned int i;

	(void)unused;
	user_irq_require();
	vm = user_irq_vm_create_with_vcpus(ARRAY_SIZE(vcpus), guest_tell_id, vcpus);
	for (i = 0; i < ARRAY_SIZE(vcpus); i++) {
		x = run_once(vcpus[i]);
		__TEST_REQUIRE(host_release() >= RELEASE(6, 12) || !x.uc.args[1],
			       "kernels before 6.12 show a GICv3 to every guest");
		assert_sync(x, 0);
		assert_done(run_once(vcpus[i]));
	}
	kvm_vm_free(vm);
}

static const struct subtest subtests[] = {
	{ "REG-9.icc", "without a vgic the GIC's CPU interface is undefined", test_icc, NULL },
	{ "REG-9.nogic", "nor is it defined on a host without vgic", test_icc_nogic, NULL },
	{ "REG-9.sgi", "without a vgic the registers that send SGIs are undefined", test_sgi,
	  NULL },
	{ "REG-9.sre", "without a vgic ICC_SRE_EL1 is undefined, or 1", test_sre, NULL },
	{ "REG-9.id", "without a vgic ID_AA64PFR0_EL1.GIC is 0", test_id, NULL },
};

int main(int argc, char **argv)
{
	return subtest_main(argc, argv, subtests, ARRAY_SIZE(subtests));
}
