#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of vmtest/cells.py."""

import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VMTEST = os.path.join(ROOT, "tools/testing/selftests/kvm/vmtest")
sys.path.insert(0, VMTEST)
sys.dont_write_bytecode = True

import cells  # noqa: E402
import ktap  # noqa: E402

BUGS = ktap.read_known_bugs([
    "EXIT-11.field.* 4.12-7.3 any open B05: words\n",
    "LVL-7.ptimer 6.4-7.2 vhe 7.3 A21: offset words\n",
    "NEW-7 4.17- any racy B01: words\n",
])
BEGIN = "vmtest-begin kernel=%s version=%s mode=%s cpus=2 tickless=none"
HEAD = ["TAP version 13", "1..1", "# selftests: kvm: user_irq_x", "# TAP version 13"]


def settled(results, kernel="6.12.1", host="vhe", mode="vhe", end="vmtest-end 0", strict=False):
    """A cell after a run with these lines for results."""
    cell = cells.Cell("%s=Image" % kernel, host, "3")
    cell.settle(["boot", BEGIN % (kernel, kernel, mode)] + HEAD + ["# 1..%d" % len(
        [r for r in results if "ok " in r])] + ["# " + r for r in results] + [
            ("not " if "not ok" in " ".join(results) else "") + "ok 1 selftests: kvm: user_irq_x",
            end], "", BUGS, strict)
    return cell


def fake(script, *args):
    """Run cells.py with a shell script in the place of vmtest.sh."""
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "vmtest")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nwhile [ $1 != -o ]; do shift; done\n" + script)
        os.chmod(path, 0o755)
        done = subprocess.run([sys.executable, os.path.join(VMTEST, "cells.py"), "--vmtest", path,
                               *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              universal_newlines=True, env=dict(os.environ, TMPDIR=work))
        return done.returncode, done.stdout, [n for n in os.listdir(work) if n != "vmtest"]


class States(unittest.TestCase):
    def test_pass_and_open_bugs(self):
        cell = settled(["ok 1 A a", "ok 2 B b # SKIP no purple", "not ok 3 EXIT-11.field.vtimer c",
                        "not ok 4 NEW-7 g"])
        self.assertEqual((cell.state, cell.reason), (cells.PASS, None))
        self.assertEqual(cells.numbers(cell.counts()), "1/0/1+2")
        self.assertEqual(cells.verdict([cell]), 0)
        self.assertEqual(settled(["not ok 1 EXIT-11.field.vtimer c"], strict=True).state,
                         cells.FAIL)

    def test_failures(self):
        for name in ("A a", "LVL-7.ptimer l"):
            cell = settled(["not ok 1 " + name, "ok 2 B b"])
            self.assertEqual(cell.state, cells.FAIL)
            self.assertEqual(cells.numbers(cell.counts()), "1/1/0")
            self.assertEqual(cells.verdict([cell]), 1)

    def test_incomplete_program_fails(self):
        cell = cells.Cell("7.3", "vhe", "3")
        cell.settle([BEGIN % ("7.3", "7.3", "vhe")] + HEAD + ["# 1..2", "# ok 1 A a",
                                                              "vmtest-end 1"], "", BUGS)
        self.assertEqual(cell.state, cells.FAIL)
        self.assertIn("NEW FAILURE INCOMPLETE user_irq_x: 1 of 2", "\n".join(cells.summary([cell])))

    def test_all_skipped(self):
        cell = settled(["ok 1 A a # SKIP no kvm", "ok 2 B b # SKIP no kvm"])
        self.assertEqual((cell.state, cell.reason), (cells.SKIP, "no kvm"))
        self.assertEqual(cells.verdict([cell]), 4)

    def test_other_mode_than_asked(self):
        cell = settled(["ok 1 A a"], mode="none")
        self.assertEqual((cell.state, cell.reason), (cells.NO_VERDICT, "came up with mode none"))
        self.assertEqual(cells.verdict([cell]), 2)
        cell = settled(["ok 1 A a"], kernel="5.10", host="nvhe-on-vhe", mode="vhe")
        self.assertEqual((cell.state, cell.reason), (cells.NOT_THERE, "came up with mode vhe"))

        cell = settled(["ok 1 A a"], host="nohz-vhe")
        self.assertEqual((cell.state, cell.reason), (cells.NOT_THERE, "came up with tickless none"))

    def test_host_that_dies_in_the_suite_is_broken(self):
        cell = settled(["ok 1 A a", "# Kernel panic"], end="")
        self.assertEqual((cell.state, cell.reason), (cells.DIED, "the host died after A a"))
        self.assertEqual(cells.verdict([cell]), 1)
        self.assertIn("  # console: # # Kernel panic", cells.ktap_lines(cell, 1))

    def test_host_that_does_not_come_up(self):
        cell = cells.Cell("7.3", "vhe", "3")
        cell.settle(["Kernel panic"], "", BUGS)
        self.assertEqual(cell.state, cells.NO_VERDICT)

    def test_qemu_that_does_not_start(self):
        for line, state in (("qemu-system-aarch64: cannot set up guest memory", cells.CANNOT_RUN),
                            ("vmtest: QEMU was ended by signal 9", cells.CANNOT_RUN),
                            ("qemu-system-aarch64: terminating on signal 15", cells.NO_VERDICT)):
            cell = cells.Cell("7.3", "vhe", "3")
            cell.settle([line], "", BUGS)
            self.assertEqual(cell.state, state)

    def test_qemu_that_is_killed_says_nothing_about_the_kernel(self):
        cell = settled(["not ok 1 A a"], end="vmtest: QEMU was ended by signal 9")
        self.assertEqual((cell.state, cell.reason),
                         (cells.CANNOT_RUN, "QEMU was ended by signal 9"))

    def test_what_qemu_says_does_not_matter_once_the_host_is_up(self):
        cell = cells.Cell("7.3", "vhe", "3", "p")
        cell.settle(["qemu-system-aarch64: warning: odd", "qemu-system-aarch64: odder",
                     BEGIN % ("7.3", "7.3", "vhe"), "1..1", "not ok 1 A a", "vmtest-end 1"], "", BUGS)
        self.assertEqual(cell.state, cells.FAIL)

    def test_glob_that_matches_nothing(self):
        cell = cells.Cell("7.3", "vhe", "3", "user_irq_x")
        cell.settle([BEGIN % ("7.3", "7.3", "vhe"), "vmtest-end 64"], "", BUGS)
        self.assertEqual(cells.verdict([cell]), 64)

    def test_broken_beats_no_verdict(self):
        broken, silent = settled(["not ok 1 A a"]), settled(["ok 1 A a"], mode="none")
        self.assertEqual(cells.verdict([broken, silent]), 1)
        self.assertEqual(cells.verdict([settled(["ok 1 A a"]), silent]), 2)


class Reports(unittest.TestCase):
    def setUp(self):
        self.cells = [
            settled(["# user_irq.c:7: why", "# \x1b[1mstrange", "not ok 1 A a & b",
                     "not ok 2 EXIT-11.field.vtimer c"], "7.3.4"),
            settled(["not ok 1 LVL-7.ptimer l", "ok 2 EXIT-11.field.vtimer c"]),
            cells.Cell("7.3.4", "pkvm", "3"), cells.Cell("6.12.1", "pkvm", "3"),
        ]
        for cell in self.cells[2:]:
            cell.refused = True
            cell.settle([], "no such host", BUGS)

    def test_table_and_findings(self):
        lines = cells.summary(self.cells)
        self.assertEqual(lines[:3], ["host/GIC  7.3.4    6.12.1", "vhe/3     0/1/0+1  1/1/0",
                                     "pkvm/3    -        -"])
        for line in ("NEW FAILURE user_irq_x A a & b: 7.3.4 vhe/3",
                     "KNOWN BUG, fixed upstream by 7.3: user_irq_x LVL-7.ptimer l "
                     "(A21: offset words): 6.12.1 vhe/3",
                     "KNOWN OPEN BUG user_irq_x EXIT-11.field.vtimer c (B05: words): 7.3.4 vhe/3",
                     "CANNOT EXIST 7.3.4 pkvm/3, 6.12.1 pkvm/3: no such host",
                     "SUMMARY hosts: 2 fail, 2 cannot exist",
                     "SUMMARY subtests: 1 passed, 0 skipped; failed: 1 new, 1 fixed upstream, "
                     "1 open"):
            self.assertIn(line, lines)
        self.assertEqual(cells.verdict(self.cells), 1)
        self.assertEqual(cells.verdict(self.cells[2:]), 64)

    def test_programs_are_rows_with_one_kernel(self):
        lines = cells.summary([settled(["ok 1 A a"]), settled(["ok 1 A a"], host="nvhe",
                                                              mode="nvhe")])
        self.assertEqual(lines[:3], ["program     vhe/3  nvhe/3", "user_irq_x  1/0/0  1/0/0",
                                     "all         1/0/0  1/0/0"])

    def test_everywhere_and_no_longer_shown(self):
        both = [settled(["not ok 1 A a"]), settled(["not ok 1 A a"], "7.3.4")]
        self.assertIn("NEW FAILURE user_irq_x A a: everywhere", cells.summary(both))
        gone = [settled(["ok 1 EXIT-11.field.vtimer c"])]
        self.assertIn("NO LONGER SHOWN EXIT-11.field.*: B05: words", cells.summary(gone))
        self.assertNotIn("SHOWN", "\n".join(cells.summary([settled(["ok 1 NEW-7 g"])])))

    def test_ktap(self):
        lines = cells.ktap_lines(self.cells[0], 3)
        self.assertEqual(lines, [
            "  KTAP version 1", "  # Subtest: 7.3.4 vhe GICv3",
            "  # kernel 7.3.4, version 7.3.4, mode vhe", "  1..2", "  # user_irq.c:7: why",
            "  # \x1b[1mstrange", "  not ok 1 user_irq_x:A a & b",
            "  not ok 2 user_irq_x:EXIT-11.field.vtimer c # XFAIL open bug: B05: words",
            "not ok 3 7.3.4 vhe GICv3"])
        self.assertEqual(cells.ktap_lines(self.cells[2], 4),
                         ["ok 4 7.3.4 pkvm GICv3 # SKIP no such host"])

    def test_junit(self):
        with tempfile.TemporaryFile() as file:
            cells.junit(self.cells).write(file)
            file.seek(0)
            suites = ElementTree.parse(file).getroot().findall("testsuite")
        first = suites[0]
        self.assertEqual([first.get(name) for name in ("name", "tests", "failures", "errors",
                                                       "skipped")],
                         ["7.3.4 vhe GICv3", "2", "1", "0", "1"])
        failure = first.find("testcase/failure")
        self.assertEqual((failure.get("message"), failure.text),
                         ("new failure", "user_irq.c:7: why\n?[1mstrange"))
        self.assertEqual(first.find("testcase/skipped").get("message"),
                         "known open bug: B05: words")
        self.assertEqual(suites[1].find("testcase/failure").get("message"),
                         "known bug, fixed upstream by 7.3: A21: offset words")
        self.assertEqual(suites[2].find("testcase/skipped").get("message"), "no such host")


class Running(unittest.TestCase):
    def test_pass(self):
        text = "\n".join([BEGIN % ("7.3", "7.3", "vhe"), "1..1", "ok 1 A a", "vmtest-end 0"])
        code, said, left = fake("echo '%s' >$2" % text, "--kernels", "7.3", "6.12", "--hosts", "vhe",
                                "--jobs", "2", "-t", "user_irq_x")
        self.assertEqual(code, 0, said)
        self.assertIn("# SUMMARY subtests: 4 passed", said)
        self.assertIn("# SUMMARY hosts: 4 pass", said)
        self.assertEqual(left, [])

    def test_suite_is_as_it_was_when_it_began(self):
        text = "\n".join([BEGIN % ("7.3", "7.3", "vhe"), "1..1", "ok 1 A a", "vmtest-end 0"])
        with tempfile.TemporaryDirectory() as suite:
            open(os.path.join(suite, "run_kselftest.sh"), "w", encoding="utf-8").close()
            # The first host's boot takes the original away.
            code, said, left = fake("rm -rf %s; [ $5 = -i ] && [ -e $6/run_kselftest.sh ] && "
                                    "echo '%s' >$2" % (suite, text), "--suite", suite,
                                    "--kernels", "7.3", "--hosts", "vhe", "-t", "user_irq_x")
            os.makedirs(suite, exist_ok=True)
        self.assertEqual(code, 0, said)
        self.assertIn("# SUMMARY hosts: 2 pass", said)
        self.assertEqual(left, [])

    def test_no_suite(self):
        code, said, left = fake("exit 1", "--suite", "/none", "--kernels", "7.3", "--hosts", "vhe")
        self.assertEqual(code, 64, said)
        self.assertEqual(left, [])

    def test_no_such_host(self):
        for said in ("vmtest: cortex-a72 has no VHE", "fetch.sh: unknown kernel '9.9'; Debian has"):
            code, text, _ = fake("echo \"%s\" >&2; exit 2" % said, "--kernels", "7.3", "--hosts",
                                 "vhe/3")
            self.assertEqual(code, 64, text)
            self.assertIn("ok 1 7.3 vhe GICv3 # SKIP " + said.replace("vmtest: ", ""), text)

    def test_vmtest_that_does_not_start_a_host(self):
        for end in ("exit 2", "exit 1", "kill -KILL $$"):
            code, said, _ = fake("echo 'mktemp: no space left' >&2; " + end,
                                 "--kernels", "7.3", "--hosts", "nvhe/3 vhe/3")
            self.assertEqual(code, 64, said)
            self.assertIn("not ok 1 7.3 nvhe GICv3", said)
            self.assertIn("CANNOT RUN 7.3 nvhe/3 vhe/3: mktemp: no space left", said)

    def test_hung_host(self):
        code, said, left = fake("echo '%s' >$2; exec sleep 60" % (BEGIN % ("7.3", "7.3", "vhe")),
                                "--kernels", "7.3", "--hosts", "vhe/3", "--silence", "1")
        self.assertEqual(code, 1, said)
        self.assertIn("the host died after it came up, and was silent for 1 s", said)
        self.assertEqual(left, [])

    def test_other_host_is_not_waited_for(self):
        code, said, _ = fake("printf '%s\\nTAP' >$2; exec sleep 60" % (BEGIN % ("7.3", "7.3", "vhe")),
                             "--kernels", "7.3", "--hosts", "pkvm/3", "--silence", "30")
        self.assertEqual(code, 64, said)
        self.assertIn("ok 1 7.3 pkvm GICv3 # SKIP came up with mode vhe", said)

    def test_vmtest_killed_says_nothing_about_the_kernel(self):
        code, said, _ = fake("echo '%s' >$2; kill -KILL $$" % (BEGIN % ("7.3", "7.3", "vhe")),
                             "--kernels", "7.3", "--hosts", "vhe/3")
        self.assertEqual(code, 64, said)
        self.assertIn("# CANNOT RUN 7.3 vhe/3: vmtest.sh was ended by signal 9", said)

    def test_signal(self):
        code, said, left = fake("kill $PPID; exec sleep 60", "--kernels", "7.3", "--hosts", "vhe")
        self.assertEqual(code, 128 + 15, said)
        self.assertEqual(left, [])

    def test_unknown_host(self):
        code, said, _ = fake("exit 0", "--kernels", "7.3", "--hosts", "bogus")
        self.assertEqual(code, 64, said)
        self.assertIn("no host 'bogus'; there are: nvhe vhe", said)
        code, said, _ = fake("exit 0", "--kernels", "7.3", "--hosts", "vhe/4")
        self.assertEqual((code, said), (64, "cells.py: vhe/4: a GIC is 2 or 3\n"))


if __name__ == "__main__":
    unittest.main()
