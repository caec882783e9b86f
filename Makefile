# SPDX-License-Identifier: GPL-2.0
#
# Selftests for KVM/arm64 without an in-kernel interrupt controller.

VMTEST := tools/testing/selftests/kvm/vmtest

help:
	@echo 'make kselftest TARGETS=kvm   build the suite and run it on real kernels'
	@echo 'make install                 only build it, into build/install'
	@echo 'make check                   the tests of this project'
	@echo 'make clean                   remove build/'
	@echo
	@echo 'KDIR=<kernel tree> takes the kselftest framework from there.'
	@echo 'make exits 2 for any failure; $(VMTEST)/kselftest.sh run'
	@echo 'gives the exact exit code.'

kselftest:
	@if [ '$(TARGETS)' != kvm ]; then echo 'make kselftest: only TARGETS=kvm is here' >&2; exit 2; fi
	@$(VMTEST)/kselftest.sh run

install:
	@$(VMTEST)/kselftest.sh install

check:
	@tests/check.sh

clean:
	rm -rf build

export KDIR V
.PHONY: help kselftest install check clean
