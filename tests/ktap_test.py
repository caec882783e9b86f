#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of vmtest/ktap.py."""

import os
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VMTEST = os.path.join(ROOT, "tools/testing/selftests/kvm/vmtest")
sys.path.insert(0, VMTEST)
sys.dont_write_bytecode = True

import ktap  # noqa: E402

BEGIN = "vmtest-begin kernel=6.12.43+deb12-cloud-arm64 version=6.12.43 mode=vhe cpus=2"
SUITE = """TAP version 13
1..2
# timeout set to 600
# selftests: kvm: user_irq_block
# TAP version 13
# 1..2
# # watchdog: no KVM_RUN has returned for 10 seconds
# not ok 1 BLK-1.vtimer WFI wakes up
# ok 2 BLK-1.ptimer WFI wakes up
not ok 1 selftests: kvm: user_irq_block # exit=1
# timeout set to 600
# selftests: kvm: user_irq_exit
# TAP version 13
# 1..2
# ok 1 EXIT-1.vtimer words # SKIP no timer
# not ok 2 EXIT-11.field.vtimer words
not ok 2 selftests: kvm: user_irq_exit # exit=1"""
BUGS = ktap.read_known_bugs([
    "# a comment\n", "\n",
    "BLK-1.* 5.19-6.1.171,6.2-6.12.85 any 4ce98bf0865c A16: words\n",
    "EXIT-11.field.* 4.12-7.3 any open B05: words\n",
    "LVL-7.ptimer 6.4-7.2 vhe 7.3 A21: words\n",
    "NEW-7 4.17- any racy B01: words\n",
])


def run(text, program=None, native=False):
    result = ktap.Run(program, native)
    shown = [result.feed(line) for line in text.split("\n")]
    return result, [line for line in shown if line is not None]


class Versions(unittest.TestCase):
    def test_version(self):
        self.assertEqual(ktap.version("6.12.43+deb12-cloud-arm64"), (6, 12, 43))
        self.assertEqual(ktap.version("7.3"), (7, 3))
        self.assertRaises(ValueError, ktap.version, "next")

    def test_ranges(self):
        ranges = "5.19-6.1.171,6.2-6.12.85"
        for release, inside in (("5.18.9", False), ("5.19", True), ("6.1.171", True),
                                ("6.1.172", False), ("6.2.1", True), ("6.12.85", True),
                                ("6.12.117", False), ("7.0", False)):
            self.assertEqual(ktap.in_range(ktap.version(release), ranges), inside, release)
        self.assertTrue(ktap.in_range((7, 3, 4), "4.12-7.3"))
        self.assertTrue(ktap.in_range((7, 3, 4), "7.3"))
        self.assertTrue(ktap.in_range((7, 4), "4.12-"))
        self.assertFalse(ktap.in_range((4, 11), "4.12-"))

    def test_bad_file(self):
        self.assertRaises(ValueError, ktap.read_known_bugs, ["BLK-1 any open\n"])
        self.assertRaises(ValueError, ktap.read_known_bugs, ["BLK-1 x-y any open words\n"])

    def test_the_file(self):
        with open(os.path.join(VMTEST, "known-bugs"), encoding="utf-8") as file:
            self.assertTrue(ktap.read_known_bugs(file))


class Parsing(unittest.TestCase):
    def test_nested(self):
        result, shown = run("boot\n" + BEGIN + "\n" + SUITE + "\nvmtest-end 1\n[ 2.0] reboot")
        self.assertEqual([(t.program, t.id, t.status) for t in result.subtests],
                         [("user_irq_block", "BLK-1.vtimer", "fail"),
                          ("user_irq_block", "BLK-1.ptimer", "pass"),
                          ("user_irq_exit", "EXIT-1.vtimer", "skip"),
                          ("user_irq_exit", "EXIT-11.field.vtimer", "fail")])
        self.assertEqual(result.subtests[2].reason, "no timer")
        self.assertNotIn("boot", shown)
        self.assertEqual(result.incomplete(), [])
        self.assertEqual(shown[0], "# host: kernel 6.12.43+deb12-cloud-arm64, version 6.12.43, mode vhe")

    def test_program_without_result(self):
        for text, lines in (
                (SUITE.replace("1..2", "1..3", 1), ["suite: 2 of 3 programs have a result"]),
                (SUITE.replace("1..2", "", 1),
                 ["suite: 2 of an unknown number of programs have a result"]),
                (SUITE.rpartition("\n")[0], ["suite: 1 of 2 programs have a result"]),
                (SUITE.replace("not ok 1 BLK", "ok 1 BLK"),
                 ["user_irq_block: it failed, but none of its subtests did"])):
            self.assertEqual(run(text, native=True)[0].incomplete(), lines)
            self.assertEqual(run(BEGIN + "\n" + text + "\nvmtest-end 1")[0].incomplete(), lines)

    def test_direct(self):
        result, _ = run(BEGIN + "\nTAP version 13\n1..1\n# ok 7 not a result\nok 1 A b\n"
                        "vmtest-end 0", "prog")
        self.assertEqual([t.id for t in result.subtests], ["A"])
        self.assertEqual(ktap.judge(result, BUGS, False)[0], 0)

    def test_kernel_log_is_no_ktap(self):
        _, shown = run(BEGIN + "\n[   12.345678] not ok 1 WARNING\nvmtest-end 0", "prog")
        self.assertEqual(shown[1], "# kernel log: [   12.345678] not ok 1 WARNING")


class Verdicts(unittest.TestCase):
    def judge(self, text, strict=False, program=None):
        code, lines = ktap.judge(run(text, program)[0], BUGS, strict)
        return code, "\n".join(lines)

    def test_fixed_bug_fails(self):
        code, text = self.judge(BEGIN + "\n" + SUITE + "\nvmtest-end 1")
        self.assertEqual(code, 1)
        self.assertIn("fixed upstream by 4ce98bf0865c: user_irq_block BLK-1.vtimer", text)
        self.assertIn("KNOWN OPEN BUG user_irq_exit EXIT-11.field.vtimer", text)
        self.assertIn("1 passed, 2 failed (1 of them open bugs), 1 skipped", text)

    def test_open_bug_passes_unless_strict(self):
        text = BEGIN + "\n1..2\nok 1 A b\nnot ok 2 EXIT-11.field.vtimer c\nvmtest-end 1"
        self.assertEqual(self.judge(text, program="p")[0], 0)
        self.assertEqual(self.judge(text, True, "p")[0], 1)

    def test_new_failure(self):
        code, text = self.judge(BEGIN + "\n1..1\nnot ok 1 LVL-1 b\nvmtest-end 1", program="p")
        self.assertEqual(code, 1)
        self.assertIn("NEW FAILURE p LVL-1 b", text)

    def test_bug_of_other_kernels_is_new(self):
        text = BEGIN.replace("6.12.43", "7.3.4") + "\n1..1\nnot ok 1 BLK-1.vtimer b\nvmtest-end 1"
        self.assertIn("NEW FAILURE", self.judge(text, program="p")[1])

    def test_bug_that_no_longer_shows(self):
        text = BEGIN + "\n1..1\nok 1 EXIT-11.field.vtimer b\nvmtest-end 0"
        code, lines = self.judge(text, program="p")
        self.assertEqual(code, 0)
        self.assertIn("NO LONGER SHOWN EXIT-11.field.*", lines)

    def test_racy_bug(self):
        for result in ("ok", "not ok"):
            text = BEGIN + "\n1..1\n%s 1 NEW-7 b\nvmtest-end 0" % result
            code, lines = self.judge(text, program="p")
            self.assertEqual(code, 0)
            self.assertEqual("KNOWN OPEN BUG" in lines, result != "ok")
            self.assertNotIn("NO LONGER SHOWN", lines)

    def test_open_bug_excuses_no_crash(self):
        for why in ("INV-5: the host kernel complained", "ended by signal 11 (Segmentation fault)"):
            text = BEGIN + "\n1..2\n# %s\nnot ok 1 NEW-7 b\nnot ok 2 NEW-7 c\nvmtest-end 1" % why
            code, lines = self.judge(text, program="p")
            self.assertEqual(code, 1)
            self.assertIn("NEW FAILURE p NEW-7 b", lines)
            self.assertIn("KNOWN OPEN BUG p NEW-7 c", lines)

    def test_fix_of_a_crash_is_named(self):
        text = BEGIN + "\n1..1\n# INV-5: a WARN\nnot ok 1 LVL-7.ptimer b\nvmtest-end 1"
        code, lines = self.judge(text, program="p")
        self.assertEqual(code, 1)
        self.assertIn("KNOWN BUG, fixed upstream by 7.3: p LVL-7.ptimer b", lines)

    def test_all_skipped(self):
        self.assertEqual(self.judge(BEGIN + "\n1..1\nok 1 A b # SKIP c\nvmtest-end 4",
                                    program="p")[0], 4)

    def test_no_verdict(self):
        for text in ("Kernel panic", BEGIN + "\n1..1\nok 1 A b", BEGIN + "\nvmtest-end 64",
                     BEGIN + "\nvmtest-end 0"):
            code, lines = self.judge(text, program="p")
            self.assertEqual(code, 2, text)
            self.assertIn("console: ", lines)

    def test_program_that_stops_halfway(self):
        code, lines = self.judge(BEGIN + "\n" + SUITE.replace("# 1..2", "# 1..3") +
                                 "\nvmtest-end 1")
        self.assertEqual(code, 1)
        self.assertIn("INCOMPLETE user_irq_exit: 2 of 3", lines)


class Consoles(unittest.TestCase):
    def console(self, script, silence):
        return list(ktap.console_lines(["sh", "-c", script], silence, os.devnull))

    def test_all_is_read(self):
        self.assertEqual(self.console("echo a; printf 'b\\nc'", 60), [b"a", b"b", b"c"])

    def test_killed_host_says_so(self):
        self.assertEqual(self.console("echo a; printf b; kill -KILL $$", 60),
                         [b"a", b"b", b"vmtest: QEMU was ended by signal 9"])

    def test_host_does_not_outlive_its_reader(self):
        lines = ktap.console_lines(["sh", "-c", "echo a; exec sleep 600"], 600, os.devnull)
        self.assertEqual(next(lines), b"a")
        lines.close()

    def test_silence_ends_the_host(self):
        self.assertEqual(self.console("echo a; exec sleep 600", 0.2), [b"a"])

    def test_endless_talk_ends_too(self):
        self.assertIn(b"y", self.console("exec yes", 0.02))

    def test_what_is_said_in_time_is_no_silence(self):
        self.assertEqual(self.console("for i in 1 2 3; do sleep .4; echo $i; done", 30),
                         [b"1", b"2", b"3"])


if __name__ == "__main__":
    unittest.main()
