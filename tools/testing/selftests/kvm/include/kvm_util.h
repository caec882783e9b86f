/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual machines and vCPUs for KVM selftests.
 *
 * Functions come in pairs as elsewhere in kvm selftests: the plain form
 * asserts success, the form with two leading underscores returns what the
 * ioctl returned and leaves errno alone.
 */
#ifndef SELFTEST_KVM_UTIL_H
#define SELFTEST_KVM_UTIL_H

#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "test_util.h"

#define KVM_DEV_PATH "/dev/kvm"
#define KVM_MAX_VCPUS 512
#define NR_MEM_REGIONS 8

struct kvm_vm;

/** struct kvm_vcpu - a vCPU: its file descriptor and its mapped kvm_run */
struct kvm_vcpu {
	u32 id;
	int fd;
	struct kvm_vm *vm;
	struct kvm_run *run;
};

enum vm_mem_backing_src_type {
	VM_MEM_SRC_ANONYMOUS,
};

/**
 * struct userspace_mem_region - a memory slot
 * @region: as given to KVM_SET_USER_MEMORY_REGION; sizes in bytes
 * @host_mem: the host's mapping of it
 * @next_free: guest physical address of the first page never handed out
 */
struct userspace_mem_region {
	struct kvm_userspace_memory_region region;
	void *host_mem;
	u64 next_free;
};

/**
 * struct kvm_vm - a virtual machine
 * @page_size: stage-1 granule of the guest, in bytes
 * @pgd: guest physical address of the stage-1 root table, 0 before the first
 *	 mapping
 * @ucall_mmio_addr: guest virtual and physical address where guest code
 *		     writes to call the host
 * @next_gva: first guest virtual address never handed out by the library
 */
struct kvm_vm {
	int fd;
	int kvm_fd;
	unsigned int page_size;
	unsigned int page_shift;
	unsigned int pa_bits;
	unsigned int va_bits;
	u64 pgd;
	u64 ucall_mmio_addr;
	u64 next_gva;
	unsigned int nr_vcpus;
	struct kvm_vcpu *vcpus[KVM_MAX_VCPUS];
	unsigned int nr_regions;
	struct userspace_mem_region regions[NR_MEM_REGIONS];
};

int open_path_or_exit(const char *path, int flags);
int open_kvm_dev_path_or_exit(void);
unsigned int kvm_check_cap(long cap);

static inline bool kvm_has_cap(long cap)
{
	return kvm_check_cap(cap);
}

#define __KVM_IOCTL_ERROR(_name, _ret) \
	"%s failed, rc: %i errno: %i (%s)", (_name), (_ret), errno, strerror(errno)
#define KVM_IOCTL_ERROR(_ioctl, _ret) __KVM_IOCTL_ERROR(#_ioctl, _ret)

#define __kvm_ioctl(fd, cmd, arg) ioctl(fd, cmd, arg)
#define kvm_ioctl(fd, cmd, arg)							\
do {										\
	int __ret = __kvm_ioctl(fd, cmd, arg);					\
										\
	TEST_ASSERT(!__ret, __KVM_IOCTL_ERROR(#cmd, __ret));			\
} while (0)

#define __vm_ioctl(vm, cmd, arg) ioctl((vm)->fd, cmd, arg)
#define vm_ioctl(vm, cmd, arg)							\
do {										\
	int __ret = __vm_ioctl(vm, cmd, arg);					\
										\
	TEST_ASSERT(!__ret, __KVM_IOCTL_ERROR(#cmd, __ret));			\
} while (0)

#define __vcpu_ioctl(vcpu, cmd, arg) ioctl((vcpu)->fd, cmd, arg)
#define vcpu_ioctl(vcpu, cmd, arg)						\
do {										\
	int __ret = __vcpu_ioctl(vcpu, cmd, arg);				\
										\
	TEST_ASSERT(!__ret, __KVM_IOCTL_ERROR(#cmd, __ret));			\
} while (0)

/* Life cycle */

/**
 * vm_create_barebones() - a VM with neither memory nor vCPUs, nor an irqchip
 *
 * Skips the test when /dev/kvm is missing or not usable.
 */
struct kvm_vm *vm_create_barebones(void);

/**
 * vm_create() - a VM with memory for @nr_runnable_vcpus and this program's
 * own text and data loaded at the addresses it was linked for
 * @nr_runnable_vcpus: how many vCPUs will be added
 *
 * No interrupt controller is created, and none by default.
 */
struct kvm_vm *vm_create(u32 nr_runnable_vcpus);
struct kvm_vm *__vm_create_with_one_vcpu(struct kvm_vcpu **vcpu, u64 extra_mem_pages,
					 void *guest_code);
struct kvm_vm *vm_create_with_one_vcpu(struct kvm_vcpu **vcpu, void *guest_code);
struct kvm_vm *vm_create_with_vcpus(u32 nr_vcpus, void *guest_code, struct kvm_vcpu *vcpus[]);

/** __vm_vcpu_add() - KVM_CREATE_VCPU and the kvm_run mapping, nothing more */
struct kvm_vcpu *__vm_vcpu_add(struct kvm_vm *vm, u32 vcpu_id);
struct kvm_vcpu *vm_vcpu_add(struct kvm_vm *vm, u32 vcpu_id, void *guest_code);

/** kvm_vm_release() - close everything of @vm, and keep its memory for kvm_vm_restart() */
void kvm_vm_release(struct kvm_vm *vm);

/** kvm_vm_restart() - a new VM without vCPUs on the memory that @vm had */
void kvm_vm_restart(struct kvm_vm *vm);

/** kvm_vm_free() - close everything of @vm and free its memory */
void kvm_vm_free(struct kvm_vm *vm);

/** kvm_vm_elf_load() - map and load the PT_LOAD segments of @filename */
void kvm_vm_elf_load(struct kvm_vm *vm, const char *filename);

/* Capabilities */
int vm_check_cap(struct kvm_vm *vm, long cap);
int __vm_enable_cap(struct kvm_vm *vm, u32 cap, u64 arg0);
void vm_enable_cap(struct kvm_vm *vm, u32 cap, u64 arg0);
void vcpu_enable_cap(struct kvm_vcpu *vcpu, u32 cap, u64 arg0);

/* Memory */
void vm_userspace_mem_region_add(struct kvm_vm *vm, enum vm_mem_backing_src_type src_type,
				 u64 guest_paddr, u32 slot, u64 npages, u32 flags);

/** vm_set_user_memory_region() - a memory slot on memory of the caller's own */
void vm_set_user_memory_region(struct kvm_vm *vm, u32 slot, u32 flags, u64 gpa, u64 size,
			       void *hva);
struct userspace_mem_region *memslot2region(struct kvm_vm *vm, u32 slot);
u64 vm_phy_pages_alloc(struct kvm_vm *vm, size_t num, u64 paddr_min, u32 memslot);
u64 vm_phy_page_alloc(struct kvm_vm *vm, u64 paddr_min, u32 memslot);

void *addr_gpa2hva(struct kvm_vm *vm, u64 gpa);
void *addr_gva2hva(struct kvm_vm *vm, u64 gva);
u64 addr_gva2gpa(struct kvm_vm *vm, u64 gva);
void virt_map(struct kvm_vm *vm, u64 vaddr, u64 paddr, unsigned int npages);
void virt_pg_map(struct kvm_vm *vm, u64 vaddr, u64 paddr);

/* The guest's copy of a global of this program */
#define sync_global_to_guest(vm, g) memcpy(addr_gva2hva(vm, (u64)&(g)), &(g), sizeof(g))
#define sync_global_from_guest(vm, g) memcpy(&(g), addr_gva2hva(vm, (u64)&(g)), sizeof(g))

/* Running */

/** __vcpu_run() - one KVM_RUN. Returns 0, or -1 with errno (EINTR included) */
int __vcpu_run(struct kvm_vcpu *vcpu);

/** _vcpu_run() - KVM_RUN again for as long as it returns EINTR */
int _vcpu_run(struct kvm_vcpu *vcpu);
void vcpu_run(struct kvm_vcpu *vcpu);

/** vcpu_run_complete_io() - let KVM finish a pending MMIO exit, no guest code runs */
void vcpu_run_complete_io(struct kvm_vcpu *vcpu);

/** vcpu_args_set() - x0.. of the guest code, at most 8 u64 arguments */
void vcpu_args_set(struct kvm_vcpu *vcpu, unsigned int num, ...);
const char *exit_reason_str(unsigned int exit_reason);

/* vCPU state */
int __vcpu_get_reg(struct kvm_vcpu *vcpu, u64 id, void *addr);
int __vcpu_set_reg(struct kvm_vcpu *vcpu, u64 id, u64 val);
void vcpu_set_reg(struct kvm_vcpu *vcpu, u64 id, u64 val);

/** vcpu_get_reg_list() - KVM_GET_REG_LIST; the caller frees it */
struct kvm_reg_list *vcpu_get_reg_list(struct kvm_vcpu *vcpu);
void vcpu_mp_state_get(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state);
void vcpu_mp_state_set(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state);
void vcpu_guest_debug_set(struct kvm_vcpu *vcpu, struct kvm_guest_debug *debug);

/* Devices and attributes: each returns 0, or -1 with errno, in its __ form */
int __kvm_has_device_attr(int dev_fd, u32 group, u64 attr);
int __kvm_device_attr_get(int dev_fd, u32 group, u64 attr, void *val);
int __kvm_device_attr_set(int dev_fd, u32 group, u64 attr, void *val);
void kvm_device_attr_set(int dev_fd, u32 group, u64 attr, void *val);
int __kvm_create_device(struct kvm_vm *vm, u64 type);
int kvm_create_device(struct kvm_vm *vm, u64 type);
int __kvm_test_create_device(struct kvm_vm *vm, u64 type);

static inline int __vcpu_has_device_attr(struct kvm_vcpu *vcpu, u32 group, u64 attr)
{
	return __kvm_has_device_attr(vcpu->fd, group, attr);
}

static inline int __vcpu_device_attr_get(struct kvm_vcpu *vcpu, u32 group, u64 attr, void *val)
{
	return __kvm_device_attr_get(vcpu->fd, group, attr, val);
}

static inline int __vcpu_device_attr_set(struct kvm_vcpu *vcpu, u32 group, u64 attr, void *val)
{
	return __kvm_device_attr_set(vcpu->fd, group, attr, val);
}

/** _kvm_irq_line() - KVM_IRQ_LINE with a raw @irq. Returns 0, or -1 with errno */
int _kvm_irq_line(struct kvm_vm *vm, u32 irq, int level);
void kvm_irq_line(struct kvm_vm *vm, u32 irq, int level);

/* What each architecture provides to lib/kvm_util.c */
unsigned long kvm_arch_vm_type(int kvm_fd);
void kvm_arch_vm_post_create(struct kvm_vm *vm);
struct kvm_vcpu *vm_arch_vcpu_add(struct kvm_vm *vm, u32 vcpu_id, void *guest_code);

#include "processor.h"

#endif /* SELFTEST_KVM_UTIL_H */
