#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of vmtest/coverage.py."""

import base64
import contextlib
import io
import os
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VMTEST = os.path.join(ROOT, "tools/testing/selftests/kvm/vmtest")
sys.path.insert(0, VMTEST)
sys.dont_write_bytecode = True

import coverage  # noqa: E402

SOURCE = """static void told(struct kvm_vcpu *vcpu,
		 bool level);

static bool other(void)
{
	return told(vcpu, 1);
}

static void told(struct kvm_vcpu *vcpu,
		 bool level)
{
	if (level)
		run();
	else
		stop();
}
"""


class Unpack(unittest.TestCase):
    def unpack(self, text):
        with tempfile.TemporaryDirectory() as directory:
            console = os.path.join(directory, "console")
            with open(console, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            complete = coverage.unpack(console, directory)
            found = {}
            for name in os.listdir(directory):
                if name != "console":
                    with open(os.path.join(directory, name), "rb") as file:
                        found[name] = file.read()
            return complete, found

    def test_files(self):
        data = bytes(range(200))
        lines = base64.encodebytes(data).decode().replace("\n", "\r\n")
        complete, found = self.unpack("ok 1\r\nvmtest-end 0\r\nvmtest-gcov /sys/a/b.gcda\r\n" +
                                      lines + "vmtest-gcov /sys/a/c.gcda\r\nAAAA\r\n"
                                      "vmtest-gcov\r\npower down\r\n")
        self.assertTrue(complete)
        self.assertEqual(found, {"b.gcda": data, "c.gcda": b"\0\0\0"})

    def test_cut_short(self):
        self.assertFalse(self.unpack("vmtest-gcov /sys/a/b.gcda\r\nAAAA\r\n")[0])
        self.assertFalse(self.unpack("vmtest-end 0\r\n")[0])


class Report(unittest.TestCase):
    def report(self, listed):
        with tempfile.TemporaryDirectory() as directory:
            folder = os.path.join(directory, "arch/arm64/kvm")
            os.makedirs(folder)
            path = os.path.join(folder, "a.c")
            with open(path, "w", encoding="utf-8") as file:
                file.write(SOURCE)
            counts = coverage.read_info(["SF:%s\n" % path, "DA:6,0\n", "DA:12,2\n", "DA:13,2\n",
                                         "DA:15,0\n", "end_of_record\n"])
            output = os.path.join(directory, "out")
            with contextlib.redirect_stdout(io.StringIO()) as said:
                left = coverage.report(counts, coverage.read_functions(listed), output)
            with open(output, encoding="utf-8") as file:
                return left, said.getvalue(), file.read()

    def test_extent(self):
        source = SOURCE.splitlines()
        self.assertEqual(coverage.extent(source, "told"), (9, 16))
        self.assertEqual(coverage.extent(source, "other"), (4, 7))
        self.assertIsNone(coverage.extent(source, "stop"))

    def test_pieces(self):
        self.assertEqual(coverage.pieces({1: 1, 3: 0, 7: 0, 9: 2, 12: 0}), [[3, 7], [12]])

    def test_left(self):
        left, said, info = self.report(["a.c told\n", "a.c gone\n"])
        self.assertEqual(left, 1)
        self.assertIn("a.c:15-15: stop();\n\tNOT REACHED", said)
        self.assertIn("not in this kernel", said)
        self.assertIn("DA:13,2\nDA:15,0\nLF:3\nLH:2\n", info)
        self.assertNotIn("DA:6", info)

    def test_explained(self):
        left, said, _ = self.report(["a.c told\n", "\tstop();\t\tno way to stop\n"])
        self.assertEqual(left, 0)
        self.assertIn("a.c:15-15: stop();\n\tno way to stop", said)
        self.assertIn("3 lines: 2 reached, 1 cannot be, 0 left: 100.0 %", said)

    def test_bad_list(self):
        for listed in (["\tstop();\t\tno function above\n"], ["a.c told\n", "\tstop();\n"]):
            with self.assertRaises(ValueError):
                coverage.read_functions(listed)


if __name__ == "__main__":
    unittest.main()
