// SPDX-License-Identifier: GPL-2.0
/*
 * Load a statically linked program into a guest, at the addresses it was
 * linked for, so that guest code is ordinary C in the test's own file.
 */
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "kvm_util.h"

static void load_segment(struct kvm_vm *vm, const char *image, const Elf64_Phdr *phdr)
{
	u64 start = phdr->p_vaddr & ~((u64)vm->page_size - 1);
	u64 end = phdr->p_vaddr + phdr->p_memsz;
	u64 npages = (end - start + vm->page_size - 1) / vm->page_size;
	/* In one piece, so that no object of the program is split in the host's view. */
	u64 gpa = vm_phy_pages_alloc(vm, npages, 0, 0);

	virt_map(vm, start, gpa, npages);
	memcpy(addr_gva2hva(vm, phdr->p_vaddr), image + phdr->p_offset, phdr->p_filesz);
}

void kvm_vm_elf_load(struct kvm_vm *vm, const char *filename)
{
	int fd = open_path_or_exit(filename, O_RDONLY);
	const Elf64_Phdr *phdr;
	const Elf64_Ehdr *ehdr;
	struct stat st;
	char *image;
	int i;

	TEST_ASSERT(!fstat(fd, &st), "fstat %s", filename);
	image = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	TEST_ASSERT(image != MAP_FAILED, "mmap %s", filename);

	ehdr = (const Elf64_Ehdr *)image;
	TEST_ASSERT(!memcmp(ehdr->e_ident, ELFMAG, SELFMAG) && ehdr->e_type == ET_EXEC,
		    "%s is not a static ELF executable", filename);

	phdr = (const Elf64_Phdr *)(image + ehdr->e_phoff);
	for (i = 0; i < ehdr->e_phnum; i++) {
		if (phdr[i].p_type == PT_LOAD)
			load_segment(vm, image, &phdr[i]);
	}

	munmap(image, st.st_size);
	close(fd);
}
