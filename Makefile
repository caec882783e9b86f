# SPDX-License-Identifier: GPL-2.0
#
# Selftests for KVM/arm64 without an in-kernel interrupt controller.

VMTEST := tools/testing/selftests/kvm/vmtest
MUTANTS := tools/testing/selftests/kvm/mutants

help:
	@echo 'make kselftest TARGETS=kvm   build the suite and run it on real kernels'
	@echo 'make install                 only build it, into build/install'
	@echo 'make check                   the tests of this project'
	@echo 'make mutants                 break the kernel in ways that the suite must notice;'
	@echo '                             M=<glob> some of them, J=<n> hosts at a time,'
	@echo '                             KDIR=<kernel tree> in a copy of that kernel'
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

mutants:
	@$(MUTANTS)/mutants.sh $(if $(KDIR),-k '$(KDIR)') $(if $(J),-j '$(J)') $(if $(M),'$(M)')

clean:
	rm -rf build

export KDIR V
.PHONY: help kselftest install check mutants clean
