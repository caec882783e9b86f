// SPDX-License-Identifier: GPL-2.0
/*
 * Load a statically linked program into a guest, at the addresses it was
 * linked for, so that guest code is ordinary C in the test's own file.
 */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "kvm_util.h"

/*
 * Linked for pages of up to 64 KiB, a segment lies as far from a multiple of
 * that in memory as it does in the file.
 */
#define SEGMENT_ALIGN 0x10000ul

/*
 * The guest's memory is a private mapping of the file: a page costs nothing
 * before the guest uses it.
 */
static void load_segment(struct kvm_vm *vm, int fd, const Elf64_Phdr *phdr)
{
	u64 head = phdr->p_vaddr % SEGMENT_ALIGN;
	u64 file_size = head + phdr->p_filesz;
	u64 npages = align_up(head + phdr->p_memsz, vm->page_size) / vm->page_size;
	u64 gpa = align_up(memslot2region(vm, 0)->next_free, SEGMENT_ALIGN);
	char *mem;

	/* In one piece, so that no object of the program is split in the host's view. */
	gpa = vm_phy_pages_alloc(vm, npages, gpa, 0);
	mem = addr_gpa2hva(vm, gpa);
	TEST_ASSERT(mmap(mem, file_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd,
			 phdr->p_offset - head) == mem, "mmap of a segment");
	memset(mem + file_size, 0, align_up(file_size, getpagesize()) - file_size);
	virt_map(vm, phdr->p_vaddr - head, gpa, npages);
}

void kvm_vm_elf_load(struct kvm_vm *vm, const char *filename)
{
	int fd = open_path_or_exit(filename, O_RDONLY);
	Elf64_Phdr phdr;
	Elf64_Ehdr ehdr;
	int i;

	TEST_ASSERT(pread(fd, &ehdr, sizeof(ehdr), 0) == sizeof(ehdr) &&
		    !memcmp(ehdr.e_ident, ELFMAG, SELFMAG) && ehdr.e_type == ET_EXEC,
		    "%s is not a static ELF executable", filename);

	for (i = 0; i < ehdr.e_phnum; i++) {
		u64 offset = ehdr.e_phoff + i * sizeof(phdr);

		TEST_ASSERT(pread(fd, &phdr, sizeof(phdr), offset) == sizeof(phdr),
			    "read %s", filename);
		if (phdr.p_type == PT_LOAD)
			load_segment(vm, fd, &phdr);
	}
	close(fd);
}
