#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The recipes of ci/ are YAML without faults, name what is in this repository, and
# LAVA's does what it says. Usage: ci_recipes.sh VMTEST
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
failed=0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' HUP INT TERM
cd "$root" || exit 2

not_ok()
{
	echo "not ok $*"
	failed=1
}

# GitHub's "on:" is no truth value.
rules='line-length: {max: 100}, truthy: {check-keys: false}'
yamllint --strict -d "{extends: default, rules: {$rules}}" ci || failed=1

# What they name of this repository
files=$(grep -oEh '\b(ci|tests|tools)/[a-zA-Z0-9_./-]*[a-z]' ci/*)
for file in $files; do
	git ls-files --error-unmatch "$file" >/dev/null || not_ok "ci: no file $file"
done
targets=$(sed -n 's/.*make [^|]*-C [^ ]*suite \([a-z-]*\).*/\1/p' ci/*
	grep -oEh 'make (overlay|graft)' ci/* | cut -d ' ' -f 2)
for target in $targets; do
	grep -qE "^(.* )*$target( .*)?:" Makefile || not_ok "ci: no target $target"
done
for file in ci/git*.yml; do
	grep -q 'suite gate KDIR=' "$file" || not_ok "$file does not run the gate"
done
variables=$(grep -oEh '\b(GATE_[A-Z]*|KVM_USER_IRQ_CACHE|KDIR)\b' ci/* | sort -u)
for variable in $variables; do
	grep -q "\b$variable\b" tools/testing/selftests/kvm/vmtest/*.sh ||
		not_ok "ci: nobody reads $variable"
done
modes=$(sed -n 's/.*GATE_MODES: //p' ci/* | tr ' ' '\n' | sort -u | cut -d / -f 1)
for mode in $modes; do
	grep -q "\b$mode\b" tools/testing/selftests/kvm/vmtest/cells.py || not_ok "ci: no mode $mode"
done
runner=build/install/run_kselftest.sh
options=$(sed -n 's/.*run_kselftest.sh \(-[a-z]\).*/\1/p' ci/*)
for option in $options; do
	grep -q -- "^\s*$option |" $runner || not_ok "ci: no option $option"
done

# LAVA's steps, on a tarball whose tests say what they are told to
mkdir -p "$work/suite" "$work/bin" "$work/device"
cat >"$work/suite/run_kselftest.sh" <<-EOF
	#!/bin/sh
	[ "\$*" = "-c kvm" ] && cat "$work/ktap"
EOF
cat >"$work/bin/lava-test-case" <<-EOF
	#!/bin/sh
	echo "\$*" >>"$work/results"
EOF
chmod +x "$work/suite/run_kselftest.sh" "$work/bin/lava-test-case"
tar -czf "$work/kselftest.tar.gz" -C "$work/suite" .
# Debian's own, which has what yamllint needs
/usr/bin/python3 -c 'import yaml
for step in yaml.safe_load(open("ci/lava.yaml"))["run"]["steps"]:
    print(step)' >"$work/steps" || not_ok "ci/lava.yaml has no steps"

# lava: the steps, and the results that stdin has to be
lava()
{
	: >"$work/results"
	(
		cd "$work/device" && PATH=$work/bin:$PATH \
			TARBALL_URL=file://$work/kselftest.tar.gz sh "$work/steps"
	) >"$work/log" 2>&1
	diff - "$work/results" || { cat "$work/log"; not_ok "LAVA's results"; }
}

cat >"$work/ktap" <<-EOF
	TAP version 13
	1..2
	# timeout set to 600
	# selftests: kvm: user_irq_a
	# TAP version 13
	# 1..3
	# ok 1 AAA-1.vtimer passes
	# # not ok 9 in a comment
	# not ok 2 AAA-2 fails
	# ok 3 AAA-3 skips # SKIP no purple
	not ok 1 selftests: kvm: user_irq_a # exit=1
	# timeout set to 600
	# selftests: kvm: user_irq_b
	# 1..0 # SKIP cannot open /dev/kvm
	ok 2 selftests: kvm: user_irq_b # SKIP
EOF
lava <<-EOF
	kvm.user_irq_a.AAA-1.vtimer --result pass
	kvm.user_irq_a.AAA-2 --result fail
	kvm.user_irq_a.AAA-3 --result skip
	kvm.user_irq_a --result fail
	kvm.user_irq_b --result skip
EOF
: >"$work/ktap"
echo "kvm --result fail" | lava
exit $failed
