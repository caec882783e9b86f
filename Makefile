# SPDX-License-Identifier: GPL-2.0
#
# Selftests for KVM/arm64 without an in-kernel interrupt controller.

VMTEST := tools/testing/selftests/kvm/vmtest
MUTANTS := tools/testing/selftests/kvm/mutants

help:
	@echo 'make kselftest TARGETS=kvm   build the suite and run it on real kernels'
	@echo 'make gate KDIR=<kernel tree> does that tree keep the contract? Builds and boots it'
	@echo 'make matrix                  run the suite on Debian'\''s kernels in all sorts of hosts'
	@echo 'make install                 only build it, into build/install'
	@echo 'make check                   the tests of this project'
	@echo 'make mutants                 break the kernel in ways that the suite must notice;'
	@echo '                             M=<glob> some of them, J=<n> hosts at a time,'
	@echo '                             KDIR=<kernel tree> in a copy of that kernel'
	@echo 'make coverage                which lines of the kernel does the suite reach? In a kernel'
	@echo '                             with gcov, of KDIR=<kernel tree>, with lcov'
	@echo 'make overlay KDIR=<tree>     a copy of that tree with the suite in place of its own kvm'
	@echo '                             selftests; DEST=<directory> to put it in'
	@echo 'make graft KDIR=<tree>       add the tests to that tree, on its own kvm_util;'
	@echo '                             make ungraft takes them out again, and'
	@echo '                             make graft-patches writes them as patches to OUT=<directory>'
	@echo 'make clean                   remove build/'
	@echo
	@echo 'KDIR=<kernel tree> takes the kselftest framework from there, but in make gate and make coverage.'
	@echo 'make kselftest exits 2 for any failure; $(VMTEST)/kselftest.sh run'
	@echo 'gives the exact exit code. make gate and make matrix do so themselves; for their'
	@echo 'variables: $(VMTEST)/gate.sh -h and matrix.sh -h'

kselftest:
	@if [ '$(TARGETS)' != kvm ]; then echo 'make kselftest: only TARGETS=kvm is here' >&2; exit 2; fi
	@$(VMTEST)/kselftest.sh run

# Make would exit 2 for all of their exit codes. Where it cannot be taught better it
# leaves alone what both sides call a failure, and ends by a signal for the rest: no
# git bisect run then takes a kernel that does not build for a bad one.
run-gate run-matrix: run-%:
	@mkdir -p build; rc=0; setpriv --pdeathsig TERM $(VMTEST)/$*.sh || rc=$$?; \
		echo $$rc >build/exit.$$PPID || kill $$PPID

gate matrix: %: run-%
	$(eval code := $(shell cat build/exit.$$PPID; rm -f build/exit.$$PPID))
	$(if $(filter-out 0,$(code)),$(exit_exactly))
	@case $(code) in 0 | 1) exit $(code) ;; *) kill $$PPID ;; esac

exit_exactly = $(shell cc -shared -fPIC -o build/make_exit.so $(VMTEST)/make_exit.c)$\
	$(eval -load build/make_exit.so)$(exit-with $(code))

install:
	@$(VMTEST)/kselftest.sh install

check:
	@tests/check.sh

mutants:
	@$(MUTANTS)/mutants.sh $(if $(KDIR),-k '$(KDIR)') $(if $(J),-j '$(J)') $(if $(M),'$(M)')

coverage:
	@$(VMTEST)/coverage.sh

overlay:
	@$(VMTEST)/overlay.sh '$(KDIR)' $(if $(DEST),'$(DEST)')

graft:
	@$(VMTEST)/graft.sh add '$(KDIR)'

ungraft:
	@$(VMTEST)/graft.sh remove '$(KDIR)'

graft-patches:
	@$(VMTEST)/graft.sh patches '$(KDIR)' $(if $(OUT),'$(OUT)')

clean:
	rm -rf build

export KDIR V T J LLVM CROSS_COMPILE KERNELS HOSTS JUNIT
export GATE_MODES GATE_BUILD VMTEST_TIMEOUT
.PHONY: help kselftest gate matrix run-gate run-matrix install check mutants coverage overlay graft ungraft graft-patches clean
