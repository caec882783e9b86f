// SPDX-License-Identifier: GPL-2.0
/*
 * A ring of the last returns of KVM_RUN, shared with the parent process.
 */
#include <sched.h>
#include <sys/mman.h>

#include "arch_timer.h"
#include "exit_log.h"

#define EXIT_LOG_SIZE 32
#define NR_STATE_VCPUS 4

struct exit_log {
	u64 count;
	u32 nr_vcpus;
	struct exit_log_entry ring[EXIT_LOG_SIZE];
	struct kvm_vcpu last_vcpus[NR_STATE_VCPUS];
};

static struct exit_log *exit_log;

void exit_log_init(void)
{
	exit_log = mmap(NULL, sizeof(*exit_log), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	TEST_ASSERT(exit_log != MAP_FAILED, "mmap of the exit log");
}

void exit_log_reset(void)
{
	memset(exit_log, 0, sizeof(*exit_log));
}

u64 exit_log_count(void)
{
	return __atomic_load_n(&exit_log->count, __ATOMIC_RELAXED);
}

/* Each of them in a place of its own, the next one in that of the first kept */
static void keep_vcpu(struct kvm_vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < NR_STATE_VCPUS; i++) {
		if (exit_log->last_vcpus[i].run == vcpu->run)
			break;
	}
	if (i == NR_STATE_VCPUS)
		i = __atomic_fetch_add(&exit_log->nr_vcpus, 1, __ATOMIC_RELAXED) % NR_STATE_VCPUS;
	exit_log->last_vcpus[i] = *vcpu;
}

void exit_log_add(struct kvm_vcpu *vcpu, int rc, int err, u64 before)
{
	u64 seq = __atomic_add_fetch(&exit_log->count, 1, __ATOMIC_RELAXED);
	struct exit_log_entry *e = &exit_log->ring[seq % EXIT_LOG_SIZE];
	struct kvm_run *run = vcpu->run;

	*e = (struct exit_log_entry) {
		.seq = seq,
		.vcpu_id = vcpu->id,
		.cpu = sched_getcpu(),
		.rc = rc,
		.err = err,
		.exit_reason = run->exit_reason,
		.immediate_exit = run->immediate_exit,
		.before = before,
		.after = run->s.regs.device_irq_level,
	};
	if (!rc && run->exit_reason == KVM_EXIT_MMIO) {
		e->mmio_is_write = run->mmio.is_write;
		e->mmio_len = run->mmio.len;
		e->mmio_addr = run->mmio.phys_addr;
		memcpy(&e->mmio_data, run->mmio.data, sizeof(e->mmio_data));
	}
	__vcpu_get_reg(vcpu, ARM64_CORE_REG(regs.pc), &e->pc);
	e->cnt = timer_get_cntct(VIRTUAL);
	keep_vcpu(vcpu);
}

static void print_entry(const struct exit_log_entry *e)
{
	printf("  #%-5lu vcpu%u cpu%d %s%s field %#lx -> %#lx pc %#lx cnt %#lx", e->seq,
	       e->vcpu_id, e->cpu, e->rc ? strerrorname_np(e->err) : "0    ",
	       e->immediate_exit ? " immediate_exit" : "", e->before, e->after, e->pc, e->cnt);
	printf(" %s(%u)", exit_reason_str(e->exit_reason), e->exit_reason);
	if (e->mmio_len)
		printf(" %s%u %#lx data %#lx", e->mmio_is_write ? "write" : "read",
		       e->mmio_len * 8, e->mmio_addr, e->mmio_data);
	printf("\n");
}

void exit_log_print(const char *prefix)
{
	u64 count = exit_log_count();
	u64 seq = count > EXIT_LOG_SIZE ? count - EXIT_LOG_SIZE + 1 : 1;

	if (!count)
		return;
	printf("%slast %lu of %lu returns of KVM_RUN:\n", prefix, count - seq + 1, count);
	for (; seq <= count; seq++) {
		printf("%s", prefix);
		print_entry(&exit_log->ring[seq % EXIT_LOG_SIZE]);
	}
}

static void print_reg(struct kvm_vcpu *vcpu, const char *name, u64 id)
{
	u64 val;

	if (__vcpu_get_reg(vcpu, id, &val))
		printf(" %s -", name);
	else
		printf(" %s %#lx", name, val);
}

void exit_log_print_state(void)
{
	unsigned int i;

	for (i = 0; i < NR_STATE_VCPUS; i++) {
		struct kvm_vcpu *vcpu = &exit_log->last_vcpus[i];

		if (!vcpu->run)
			continue;
		printf("vcpu%u: host CNT %#lx", vcpu->id, timer_get_cntct(VIRTUAL));
		print_reg(vcpu, "PC", ARM64_CORE_REG(regs.pc));
		print_reg(vcpu, "PSTATE", ARM64_CORE_REG(regs.pstate));
		print_reg(vcpu, "CNTV_CTL", KVM_REG_ARM_TIMER_CTL);
		print_reg(vcpu, "CVAL", KVM_REG_ARM_TIMER_CVAL);
		print_reg(vcpu, "CNTVCT", KVM_REG_ARM_TIMER_CNT);
		print_reg(vcpu, "CNTP_CTL", KVM_REG_ARM_PTIMER_CTL);
		print_reg(vcpu, "CVAL", KVM_REG_ARM_PTIMER_CVAL);
		print_reg(vcpu, "CNTPCT", KVM_REG_ARM_PTIMER_CNT);
		printf("\n");
	}
}
