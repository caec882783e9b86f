#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Read the console of a host under test, pass its KTAP on, and judge it.

The suite's output lies between the marks of vmtest/init. A program's results
come at the top level, or nested one level ("# ok 1 ...") when the kernel's
run_kselftest.sh ran it. Without marks (--native) all input is KTAP.
"""

import argparse
import collections
import fnmatch
import math
import os
import re
import select
import subprocess
import sys
import time

EXIT_PASS, EXIT_FAIL, EXIT_NO_VERDICT, EXIT_SKIP = 0, 1, 2, 4
TAIL_LINES = 25
SILENCES = 12	# a host that never stops talking is ended after so many times --silence
OPEN = ("open", "racy")

KERNEL_LOG = re.compile(r"^\[ *\d+\.\d+\]")
BEGIN = re.compile(r"^vmtest-begin (.*)")
END = re.compile(r"^vmtest-end (\d+)")
RESULT = re.compile(r"^(not )?ok (\d+) (.*)$")
PLAN = re.compile(r"^1\.\.(\d+)\b")
PROGRAM = re.compile(r"^# selftests: [^:]*: (\S+)$")
PROGRAM_RESULT = re.compile(r"^(not )?ok \d+ selftests: [^:]*: (\S+)")
KILLED = b"vmtest: QEMU was ended by signal %d\n"
# What no open bug excuses: the kernel complained, or the test crashed (lib/subtest.c)
HARM = re.compile(r"^# (INV-5: |ended by signal )")

# harm: see HARM
Subtest = collections.namedtuple("Subtest", "program id name status reason harm")
Bug = collections.namedtuple("Bug", "subtest kernels modes fix words")


def version(text):
    """The leading numbers of a kernel release: 6.12.43+deb12 is (6, 12, 43)."""
    match = re.match(r"\d+(\.\d+)*", text)
    if not match:
        raise ValueError("'%s' is no kernel version" % text)
    return tuple(int(part) for part in match.group().split("."))


def in_range(release, ranges):
    """Is release, a tuple, in one of the comma-separated ranges FROM-TO or FROM-?"""
    found = False
    for item in ranges.split(","):
        first, dash, last = item.partition("-")
        first = version(first)
        last = version(last) if last else () if dash else first
        if release[:len(first)] >= first and release[:len(last)] <= last:
            found = True
    return found


def read_known_bugs(lines):
    """Parse the lines of a known-bugs file."""
    bugs = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(None, 4)
        if len(fields) != 5:
            raise ValueError("known-bugs line %d: five columns expected" % number)
        bug = Bug(fields[0], fields[1], tuple(fields[2].split(",")), fields[3], fields[4].strip())
        in_range((0,), bug.kernels)
        bugs.append(bug)
    return bugs


def matching_bugs(bugs, facts):
    """The bugs that the kernel described by facts is known for."""
    try:
        release = version(facts.get("version", ""))
    except ValueError:
        return []
    mode = facts.get("mode", "").lower()
    return [bug for bug in bugs if in_range(release, bug.kernels) and
            ("any" in bug.modes or mode in bug.modes)]


def bug_of(test, bugs):
    """The first of bugs that this subtest shows, or None."""
    return next((bug for bug in bugs if fnmatch.fnmatchcase(test.id, bug.subtest) and
                 not (test.harm and bug.fix in OPEN)), None)


def facts_of(match):
    """What the first of the marks says of the host: kernel, version, mode and more."""
    return dict(item.split("=", 1) for item in match.group(1).split() if "=" in item)


class Run:
    """One run of the suite, fed with lines."""

    def __init__(self, program=None, native=False):
        self.only_program = program
        self.program = program
        self.native = native
        self.begun = native
        self.end_code = None
        self.facts = {"kernel": "?", "version": "?", "mode": "?"}
        self.subtests = []
        self.harm = False
        self.plan = None
        self.ended = {}
        self.plans = {}
        self.counts = collections.Counter()
        self.programs = []
        self.tail = collections.deque(maxlen=TAIL_LINES)

    def feed(self, line):
        """Take one line; return what to print of it, or None."""
        line = line.rstrip("\r\n")
        self.tail.append(line)
        if not self.begun:
            match = BEGIN.match(line)
            if not match:
                return None
            self.begun = True
            self.facts.update(facts_of(match))
            return "# host: kernel %(kernel)s, version %(version)s, mode %(mode)s" % self.facts
        if self.end_code is not None:
            return None
        match = END.match(line)
        if match and not self.native:
            self.end_code = int(match.group(1))
            return None
        if KERNEL_LOG.match(line):
            return "# kernel log: " + line
        self.parse(line)
        return line

    def parse(self, line):
        """Note plans and results."""
        match = PROGRAM.match(line)
        if match:
            self.program = match.group(1)
            self.programs.append(self.program)
            return
        if self.only_program:
            inner = line
        elif line.startswith("# "):
            inner = line[2:]
        else:
            self.parse_outer(line)
            return
        if HARM.match(inner):
            self.harm = True
        match = PLAN.match(inner)
        if match:
            self.plans[self.program] = int(match.group(1))
            return
        match = RESULT.match(inner)
        if match and self.program:
            self.result(match)

    def parse_outer(self, line):
        """Note what run_kselftest.sh says of the programs."""
        match = PLAN.match(line)
        if match:
            self.plan = int(match.group(1))
        match = PROGRAM_RESULT.match(line)
        if match:
            self.ended[match.group(2)] = "badly" if match.group(1) else "well"

    def result(self, match):
        name, _, directive = match.group(3).partition(" # ")
        status = "fail" if match.group(1) else "pass"
        reason = ""
        if directive.upper().startswith("SKIP"):
            status, reason = "skip", directive[4:].strip()
        words = name.split(None, 1)
        self.counts[self.program] += 1
        self.subtests.append(Subtest(self.program, words[0] if words else "?", name, status,
                                     reason, self.harm))
        self.harm = False

    def incomplete(self):
        """What of the suite has no result: programs, or subtests of them."""
        lines = []
        for program in self.programs or [self.only_program]:
            if program and self.plans.get(program) != self.counts[program]:
                lines.append("%s: %d of %s subtests have a result" % (
                    program, self.counts[program],
                    self.plans.get(program, "an unknown number of")))
            elif self.ended.get(program) == "badly" and not any(
                    t.status == "fail" for t in self.subtests if t.program == program):
                lines.append("%s: it failed, but none of its subtests did" % program)
        if not self.only_program and len(self.ended) != self.plan:
            lines.append("suite: %d of %s programs have a result" % (
                len(self.ended), self.plan or "an unknown number of"))
        return lines

    def no_verdict(self):
        """Why the run says nothing about the kernel, or None."""
        if not self.begun:
            return "the host did not come up"
        if not self.native and self.end_code is None:
            return "the host did not get to the end of the suite"
        if self.end_code == 64 or (self.only_program and not self.subtests):
            return "no subtest ran: does the pattern match any?"
        if not self.subtests:
            return "no test ran"
        return None


def judge(run, bugs, strict):
    """Return the exit code and the lines of the summary."""
    lines = []
    reason = run.no_verdict()
    if reason:
        lines += ["console: " + line for line in run.tail]
        lines.append("NO VERDICT: " + reason)
        return EXIT_NO_VERDICT, lines

    known = matching_bugs(bugs, run.facts)
    failed = bool(run.incomplete())
    lines += ["INCOMPLETE " + text for text in run.incomplete()]
    open_bugs = 0
    for test in run.subtests:
        if test.status != "fail":
            continue
        where = "%s %s" % (test.program, test.name)
        bug = bug_of(test, known)
        if bug is None:
            lines.append("NEW FAILURE %s" % where)
            failed = True
        elif bug.fix in OPEN:
            lines.append("KNOWN OPEN BUG %s: %s" % (where, bug.words))
            open_bugs += 1
        else:
            lines.append("KNOWN BUG, fixed upstream by %s: %s: %s" % (bug.fix, where, bug.words))
            failed = True
    for bug in known:
        ran = [t for t in run.subtests if fnmatch.fnmatchcase(t.id, bug.subtest) and
               t.status != "skip"]
        if bug.fix != "racy" and ran and all(t.status == "pass" for t in ran):
            lines.append("NO LONGER SHOWN %s: %s" % (bug.subtest, bug.words))

    count = collections.Counter(t.status for t in run.subtests)
    lines.append("SUMMARY %d passed, %d failed (%d of them open bugs), %d skipped" %
                 (count["pass"], count["fail"], open_bugs, count["skip"]))
    if failed or (strict and open_bugs):
        return EXIT_FAIL, lines
    if count["skip"] == len(run.subtests):
        return EXIT_SKIP, lines
    return EXIT_PASS, lines


def console_lines(command, silence, console):
    """Boot a host, and yield the lines of its console; it is killed when it is silent."""
    end = time.monotonic() + SILENCES * silence
    rest = b""
    with open(console, "wb") as copy, \
         subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, close_fds=False) as host:
        try:
            while True:
                patience = None if math.isinf(silence) else min(silence, end - time.monotonic())
                if (patience is not None and patience <= 0) or \
                   not select.select([host.stdout], [], [], patience)[0]:
                    break
                data = os.read(host.stdout.fileno(), 65536)
                if not data:
                    if host.wait() >= 0:
                        break
                    data = b"\n" + KILLED % -host.returncode
                copy.write(data)
                copy.flush()
                *lines, rest = (rest + data).split(b"\n")
                yield from lines
                if host.returncode is not None:
                    break
        finally:
            host.kill()
    if rest:
        yield rest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--known-bugs", metavar="FILE", required=True)
    parser.add_argument("--program", help="the one program that runs, without run_kselftest.sh")
    parser.add_argument("--strict", action="store_true", help="open bugs fail the run too")
    parser.add_argument("--native", metavar="VERSION,MODE",
                        help="the input is KTAP from this very host")
    parser.add_argument("--silence", type=float, default=math.inf, metavar="SECONDS",
                        help="how long COMMAND may print nothing")
    parser.add_argument("--console", default=os.devnull, metavar="FILE",
                        help="what COMMAND prints, as it is")
    parser.add_argument("command", nargs="*", metavar="COMMAND",
                        help="boots the host; default is to read its console from stdin")
    args = parser.parse_args()

    try:
        with open(args.known_bugs, encoding="utf-8") as file:
            bugs = read_known_bugs(file)
    except (OSError, ValueError) as error:
        print("ktap.py: %s" % error, file=sys.stderr)
        return EXIT_NO_VERDICT

    run = Run(args.program, bool(args.native))
    if args.native:
        run.facts.update(zip(("version", "mode"), args.native.split(",")))
    try:
        lines = sys.stdin.buffer
        if args.command:
            lines = console_lines(args.command, args.silence, args.console)
        for raw in lines:
            shown = run.feed(raw.decode("utf-8", "replace"))
            if shown is not None:
                print(shown, flush=True)
    except KeyboardInterrupt:
        return EXIT_NO_VERDICT
    except OSError as error:
        print("ktap.py: %s" % error, file=sys.stderr)
        return EXIT_NO_VERDICT
    code, lines = judge(run, bugs, args.strict)
    for line in lines:
        print("# " + line)
    return code


if __name__ == "__main__":
    sys.exit(main())
