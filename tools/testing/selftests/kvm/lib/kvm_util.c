// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual machines, vCPUs and memory slots.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "kvm_util.h"
#include "ucall_common.h"

/* Guest physical layout: memory from 0 up, the ucall page far above it. */
#define UCALL_GPA	0x40000000ul
#define FIRST_GVA	0x100000000ul

/* Slot 0: text, data, page tables and stacks; only touched pages cost memory. */
#define BASE_MEM_SIZE	(16ul << 20)
#define VCPU_MEM_SIZE	(256ul << 10)

int open_path_or_exit(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	__TEST_REQUIRE(fd >= 0, "cannot open %s: %s", path, strerror(errno));
	return fd;
}

int open_kvm_dev_path_or_exit(void)
{
	return open_path_or_exit(KVM_DEV_PATH, O_RDWR);
}

unsigned int kvm_check_cap(long cap)
{
	int fd = open_kvm_dev_path_or_exit();
	int ret = __kvm_ioctl(fd, KVM_CHECK_EXTENSION, cap);

	TEST_ASSERT(ret >= 0, KVM_IOCTL_ERROR(KVM_CHECK_EXTENSION, ret));
	close(fd);
	return ret;
}

int vm_check_cap(struct kvm_vm *vm, long cap)
{
	int ret = __vm_ioctl(vm, KVM_CHECK_EXTENSION, cap);

	TEST_ASSERT(ret >= 0, KVM_IOCTL_ERROR(KVM_CHECK_EXTENSION, ret));
	return ret;
}

int __vm_enable_cap(struct kvm_vm *vm, u32 cap, u64 arg0)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg0 } };

	return __vm_ioctl(vm, KVM_ENABLE_CAP, &enable);
}

void vm_enable_cap(struct kvm_vm *vm, u32 cap, u64 arg0)
{
	int ret = __vm_enable_cap(vm, cap, arg0);

	TEST_ASSERT(!ret, KVM_IOCTL_ERROR(KVM_ENABLE_CAP, ret));
}

void vcpu_enable_cap(struct kvm_vcpu *vcpu, u32 cap, u64 arg0)
{
	struct kvm_enable_cap enable = { .cap = cap, .args = { arg0 } };

	vcpu_ioctl(vcpu, KVM_ENABLE_CAP, &enable);
}

static void vm_open(struct kvm_vm *vm)
{
	vm->kvm_fd = open_kvm_dev_path_or_exit();
	vm->fd = __kvm_ioctl(vm->kvm_fd, KVM_CREATE_VM, kvm_arch_vm_type(vm->kvm_fd));
	TEST_ASSERT(vm->fd >= 0, KVM_IOCTL_ERROR(KVM_CREATE_VM, vm->fd));
}

struct kvm_vm *vm_create_barebones(void)
{
	struct kvm_vm *vm = calloc(1, sizeof(*vm));

	TEST_ASSERT(vm, "out of memory");
	vm_open(vm);
	vm->next_gva = FIRST_GVA;
	kvm_arch_vm_post_create(vm);
	return vm;
}

static struct kvm_vm *vm_create_with_memory(u32 nr_vcpus, u64 extra_mem_pages)
{
	struct kvm_vm *vm = vm_create_barebones();
	u64 size = BASE_MEM_SIZE + nr_vcpus * VCPU_MEM_SIZE;

	/* The largest granule makes page tables and alignment losses 16 times larger. */
	size *= vm->page_size >> 12 > 4 ? 4 : 1;
	vm_userspace_mem_region_add(vm, VM_MEM_SRC_ANONYMOUS, 0, 0,
				    size / vm->page_size + extra_mem_pages, 0);
	kvm_vm_elf_load(vm, "/proc/self/exe");
	ucall_init(vm, UCALL_GPA);
	vm_init_descriptor_tables(vm);
	return vm;
}

struct kvm_vm *vm_create(u32 nr_runnable_vcpus)
{
	return vm_create_with_memory(nr_runnable_vcpus, 0);
}

struct kvm_vm *__vm_create_with_one_vcpu(struct kvm_vcpu **vcpu, u64 extra_mem_pages,
					 void *guest_code)
{
	struct kvm_vm *vm = vm_create_with_memory(1, extra_mem_pages);

	*vcpu = vm_vcpu_add(vm, 0, guest_code);
	return vm;
}

struct kvm_vm *vm_create_with_one_vcpu(struct kvm_vcpu **vcpu, void *guest_code)
{
	return __vm_create_with_one_vcpu(vcpu, 0, guest_code);
}

struct kvm_vm *vm_create_with_vcpus(u32 nr_vcpus, void *guest_code, struct kvm_vcpu *vcpus[])
{
	struct kvm_vm *vm = vm_create(nr_vcpus);
	u32 i;

	for (i = 0; i < nr_vcpus; i++)
		vcpus[i] = vm_vcpu_add(vm, i, guest_code);
	return vm;
}

static int vcpu_mmap_size(int kvm_fd)
{
	int ret = __kvm_ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);

	TEST_ASSERT(ret >= (int)sizeof(struct kvm_run),
		    KVM_IOCTL_ERROR(KVM_GET_VCPU_MMAP_SIZE, ret));
	return ret;
}

struct kvm_vcpu *__vm_vcpu_add(struct kvm_vm *vm, u32 vcpu_id)
{
	struct kvm_vcpu *vcpu = calloc(1, sizeof(*vcpu));

	TEST_ASSERT(vcpu && vm->nr_vcpus < KVM_MAX_VCPUS, "no room for vCPU %u", vcpu_id);
	vcpu->vm = vm;
	vcpu->id = vcpu_id;
	vcpu->fd = __vm_ioctl(vm, KVM_CREATE_VCPU, (unsigned long)vcpu_id);
	TEST_ASSERT(vcpu->fd >= 0, KVM_IOCTL_ERROR(KVM_CREATE_VCPU, vcpu->fd));
	vcpu->run = mmap(NULL, vcpu_mmap_size(vm->kvm_fd), PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	TEST_ASSERT(vcpu->run != MAP_FAILED, "mmap of kvm_run");
	vm->vcpus[vm->nr_vcpus++] = vcpu;
	return vcpu;
}

struct kvm_vcpu *vm_vcpu_add(struct kvm_vm *vm, u32 vcpu_id, void *guest_code)
{
	return vm_arch_vcpu_add(vm, vcpu_id, guest_code);
}

void kvm_vm_release(struct kvm_vm *vm)
{
	int run_size = vcpu_mmap_size(vm->kvm_fd);
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		munmap(vm->vcpus[i]->run, run_size);
		close(vm->vcpus[i]->fd);
		free(vm->vcpus[i]);
	}
	vm->nr_vcpus = 0;
	close(vm->fd);
	close(vm->kvm_fd);
}

void kvm_vm_restart(struct kvm_vm *vm)
{
	unsigned int i;

	vm_open(vm);
	for (i = 0; i < vm->nr_regions; i++)
		vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION, &vm->regions[i].region);
}

void kvm_vm_free(struct kvm_vm *vm)
{
	unsigned int i;

	kvm_vm_release(vm);
	for (i = 0; i < vm->nr_regions; i++)
		munmap(vm->regions[i].host_mem, vm->regions[i].region.memory_size);
	free(vm);
}

void vm_userspace_mem_region_add(struct kvm_vm *vm, enum vm_mem_backing_src_type src_type,
				 u64 guest_paddr, u32 slot, u64 npages, u32 flags)
{
	struct userspace_mem_region *region = &vm->regions[vm->nr_regions];
	u64 size = npages * vm->page_size;

	TEST_ASSERT(src_type == VM_MEM_SRC_ANONYMOUS, "backing source %d", src_type);
	TEST_ASSERT(vm->nr_regions < NR_MEM_REGIONS, "more than %d memory slots", NR_MEM_REGIONS);

	/* KVM wants whole host pages, whatever the granule of the guest. */
	size = align_up(size, getpagesize());
	region->host_mem = mmap(NULL, size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	TEST_ASSERT(region->host_mem != MAP_FAILED, "mmap of %#lx bytes", size);
	madvise(region->host_mem, size, MADV_NOHUGEPAGE);

	region->region = (struct kvm_userspace_memory_region) {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = guest_paddr,
		.memory_size = size,
		.userspace_addr = (u64)region->host_mem,
	};
	region->next_free = guest_paddr;
	vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region->region);
	vm->nr_regions++;
}

void vm_set_user_memory_region(struct kvm_vm *vm, u32 slot, u32 flags, u64 gpa, u64 size,
			       void *hva)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = flags,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (u64)hva,
	};

	vm_ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

struct userspace_mem_region *memslot2region(struct kvm_vm *vm, u32 slot)
{
	unsigned int i;

	for (i = 0; i < vm->nr_regions; i++) {
		if (vm->regions[i].region.slot == slot)
			return &vm->regions[i];
	}
	TEST_FAIL("no memory slot %u", slot);
}

u64 vm_phy_pages_alloc(struct kvm_vm *vm, size_t num, u64 paddr_min, u32 memslot)
{
	struct userspace_mem_region *region = memslot2region(vm, memslot);
	u64 end = region->region.guest_phys_addr + region->region.memory_size;
	u64 gpa = region->next_free;

	if (gpa < paddr_min)
		gpa = align_up(paddr_min, vm->page_size);
	TEST_ASSERT(gpa + num * vm->page_size <= end, "slot %u is full: no %zu pages at %#lx",
		    memslot, num, gpa);
	region->next_free = gpa + num * vm->page_size;
	return gpa;
}

u64 vm_phy_page_alloc(struct kvm_vm *vm, u64 paddr_min, u32 memslot)
{
	return vm_phy_pages_alloc(vm, 1, paddr_min, memslot);
}

void *addr_gpa2hva(struct kvm_vm *vm, u64 gpa)
{
	unsigned int i;

	for (i = 0; i < vm->nr_regions; i++) {
		struct kvm_userspace_memory_region *r = &vm->regions[i].region;

		if (gpa >= r->guest_phys_addr && gpa - r->guest_phys_addr < r->memory_size)
			return (void *)(r->userspace_addr + (gpa - r->guest_phys_addr));
	}
	TEST_FAIL("no memory at guest physical %#lx", gpa);
}

void *addr_gva2hva(struct kvm_vm *vm, u64 gva)
{
	return addr_gpa2hva(vm, addr_gva2gpa(vm, gva));
}

void virt_map(struct kvm_vm *vm, u64 vaddr, u64 paddr, unsigned int npages)
{
	unsigned int i;

	for (i = 0; i < npages; i++)
		virt_pg_map(vm, vaddr + i * vm->page_size, paddr + i * vm->page_size);
}

int __vcpu_run(struct kvm_vcpu *vcpu)
{
	return __vcpu_ioctl(vcpu, KVM_RUN, NULL);
}

int _vcpu_run(struct kvm_vcpu *vcpu)
{
	int rc;

	do {
		rc = __vcpu_run(vcpu);
	} while (rc == -1 && errno == EINTR);
	return rc;
}

void vcpu_run(struct kvm_vcpu *vcpu)
{
	int ret = _vcpu_run(vcpu);

	TEST_ASSERT(!ret, KVM_IOCTL_ERROR(KVM_RUN, ret));
	assert_on_unhandled_exception(vcpu);
}

void vcpu_run_complete_io(struct kvm_vcpu *vcpu)
{
	int ret;

	vcpu->run->immediate_exit = 1;
	ret = __vcpu_run(vcpu);
	vcpu->run->immediate_exit = 0;

	TEST_ASSERT(ret == -1 && errno == EINTR,
		    "KVM_RUN with immediate_exit: rc %d, errno %d, expected EINTR", ret, errno);
}

int __vcpu_get_reg(struct kvm_vcpu *vcpu, u64 id, void *addr)
{
	struct kvm_one_reg reg = { .id = id, .addr = (u64)addr };

	return __vcpu_ioctl(vcpu, KVM_GET_ONE_REG, &reg);
}

int __vcpu_set_reg(struct kvm_vcpu *vcpu, u64 id, u64 val)
{
	struct kvm_one_reg reg = { .id = id, .addr = (u64)&val };

	return __vcpu_ioctl(vcpu, KVM_SET_ONE_REG, &reg);
}

void vcpu_set_reg(struct kvm_vcpu *vcpu, u64 id, u64 val)
{
	int ret = __vcpu_set_reg(vcpu, id, val);

	TEST_ASSERT(!ret, "KVM_SET_ONE_REG %#lx = %#lx: %s", id, val, strerror(errno));
}

struct kvm_reg_list *vcpu_get_reg_list(struct kvm_vcpu *vcpu)
{
	struct kvm_reg_list probe = {}, *list;
	int ret = __vcpu_ioctl(vcpu, KVM_GET_REG_LIST, &probe);

	TEST_ASSERT(ret == -1 && errno == E2BIG, KVM_IOCTL_ERROR(KVM_GET_REG_LIST, ret));
	list = calloc(1, sizeof(*list) + probe.n * sizeof(list->reg[0]));
	TEST_ASSERT(list, "out of memory");
	list->n = probe.n;
	vcpu_ioctl(vcpu, KVM_GET_REG_LIST, list);
	return list;
}

void vcpu_mp_state_get(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state)
{
	vcpu_ioctl(vcpu, KVM_GET_MP_STATE, mp_state);
}

void vcpu_mp_state_set(struct kvm_vcpu *vcpu, struct kvm_mp_state *mp_state)
{
	vcpu_ioctl(vcpu, KVM_SET_MP_STATE, mp_state);
}

void vcpu_guest_debug_set(struct kvm_vcpu *vcpu, struct kvm_guest_debug *debug)
{
	vcpu_ioctl(vcpu, KVM_SET_GUEST_DEBUG, debug);
}

static int device_attr(int dev_fd, unsigned long cmd, u32 group, u64 attr, void *val)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (u64)val };

	return ioctl(dev_fd, cmd, &a);
}

int __kvm_has_device_attr(int dev_fd, u32 group, u64 attr)
{
	return device_attr(dev_fd, KVM_HAS_DEVICE_ATTR, group, attr, NULL);
}

int __kvm_device_attr_get(int dev_fd, u32 group, u64 attr, void *val)
{
	return device_attr(dev_fd, KVM_GET_DEVICE_ATTR, group, attr, val);
}

int __kvm_device_attr_set(int dev_fd, u32 group, u64 attr, void *val)
{
	return device_attr(dev_fd, KVM_SET_DEVICE_ATTR, group, attr, val);
}

void kvm_device_attr_set(int dev_fd, u32 group, u64 attr, void *val)
{
	int ret = __kvm_device_attr_set(dev_fd, group, attr, val);

	TEST_ASSERT(!ret, "KVM_SET_DEVICE_ATTR group %u attr %#lx: %s", group, attr,
		    strerror(errno));
}

int __kvm_test_create_device(struct kvm_vm *vm, u64 type)
{
	struct kvm_create_device create = { .type = type, .flags = KVM_CREATE_DEVICE_TEST };

	return __vm_ioctl(vm, KVM_CREATE_DEVICE, &create);
}

int __kvm_create_device(struct kvm_vm *vm, u64 type)
{
	struct kvm_create_device create = { .type = type };
	int ret = __vm_ioctl(vm, KVM_CREATE_DEVICE, &create);

	return ret ? ret : (int)create.fd;
}

int kvm_create_device(struct kvm_vm *vm, u64 type)
{
	int fd = __kvm_create_device(vm, type);

	TEST_ASSERT(fd >= 0, KVM_IOCTL_ERROR(KVM_CREATE_DEVICE, fd));
	return fd;
}

int _kvm_irq_line(struct kvm_vm *vm, u32 irq, int level)
{
	struct kvm_irq_level line = { .irq = irq, .level = level };

	return __vm_ioctl(vm, KVM_IRQ_LINE, &line);
}

void kvm_irq_line(struct kvm_vm *vm, u32 irq, int level)
{
	int ret = _kvm_irq_line(vm, irq, level);

	TEST_ASSERT(!ret, KVM_IOCTL_ERROR(KVM_IRQ_LINE, ret));
}

static const char *const exit_reasons[] = {
#define EXIT_REASON(r) [KVM_EXIT_##r] = #r
	EXIT_REASON(UNKNOWN), EXIT_REASON(EXCEPTION), EXIT_REASON(IO), EXIT_REASON(HYPERCALL),
	EXIT_REASON(DEBUG), EXIT_REASON(HLT), EXIT_REASON(MMIO), EXIT_REASON(IRQ_WINDOW_OPEN),
	EXIT_REASON(SHUTDOWN), EXIT_REASON(FAIL_ENTRY), EXIT_REASON(INTR),
	EXIT_REASON(INTERNAL_ERROR), EXIT_REASON(SYSTEM_EVENT), EXIT_REASON(ARM_NISV),
	EXIT_REASON(DIRTY_RING_FULL),
};

const char *exit_reason_str(unsigned int exit_reason)
{
	if (exit_reason < ARRAY_SIZE(exit_reasons) && exit_reasons[exit_reason])
		return exit_reasons[exit_reason];
	return "?";
}
