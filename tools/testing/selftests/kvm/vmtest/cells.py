#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run the suite in many hosts, several at a time, and report on all of them.

A cell is a kernel in a host with a GIC. vmtest.sh boots it; its console is read
here as ktap.py reads it. Prints one KTAP stream with a test for each cell, and
a table with what failed where; --junit writes the same as JUnit XML.
"""

import argparse
import collections
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ElementTree

import ktap

HERE = os.path.dirname(os.path.abspath(__file__))
EXIT_PASS, EXIT_FAIL, EXIT_NO_VERDICT, EXIT_SKIP, EXIT_CANNOT_RUN = 0, 1, 2, 4, 64

# Options of vmtest.sh; what the host must say of itself; and whether any kernel
# has such a host.
Host = collections.namedtuple("Host", "options facts always")
HOSTS = {
    "nvhe": Host("-m nvhe", {"mode": "nvhe"}, True),
    "vhe": Host("-m vhe", {"mode": "vhe"}, True),
    "nvhe-on-vhe": Host("-m nvhe -c neoverse-n1", {"mode": "nvhe"}, False),
    "pkvm": Host("--host pkvm", {"mode": "pkvm"}, False),
    "nohz-nvhe": Host("--host nohz -m nvhe", {"mode": "nvhe", "tickless": "1"}, False),
    "nohz-vhe": Host("--host nohz -m vhe", {"mode": "vhe", "tickless": "1"}, False),
    "nogic-nvhe": Host("--host nogic -m nvhe", {"mode": "nvhe"}, False),
    "nogic-vhe": Host("--host nogic -m vhe", {"mode": "vhe"}, False),
}

# What vmtest.sh and fetch.sh say of a host that cannot exist
NO_SUCH_HOST = re.compile(r"vmtest: .*(has no VHE|, which \S+ has not)$|fetch.sh: unknown kernel ")

# What became of a cell. "died": the host came up, but did not survive the suite.
PASS, FAIL, DIED, SKIP, NO_VERDICT, NOT_THERE, CANNOT_RUN = (
    "pass", "fail", "died", "skip", "no verdict", "cannot exist", "cannot run")
# What became of a subtest that failed
NEW, FIXED, OPEN = "new", "fixed upstream", "open"


class Console(ktap.Run):
    """A run that keeps what a program said before each result."""

    def __init__(self, program=None):
        super().__init__(program)
        self.prefix = "# " if program else "# # "
        self.said = []
        self.details = {}
        self.qemu_error = None

    def feed(self, line):
        count, had_begun = len(self.subtests), self.begun
        shown = super().feed(line)
        match = re.match(r"qemu-system-aarch64: (?!terminating on signal|warning:)(.*)", line)
        if self.begun and not had_begun:
            self.qemu_error = None
        elif match and not self.begun:
            self.qemu_error = "QEMU: " + match.group(1).strip()
        elif line.startswith("vmtest: QEMU was ended"):
            self.qemu_error = line.partition(": ")[2]
        if len(self.subtests) > count:
            self.details[count] = self.said
            self.said = []
        elif shown is not None and shown.startswith(self.prefix):
            self.said.append(shown[len(self.prefix):])
        elif ktap.KERNEL_LOG.match(line):
            self.said.append(line)
        return shown


class Cell:
    """One kernel in one host, and how the suite went in it."""

    def __init__(self, kernel, host, gic, program=None):
        self.kernel, _, self.image = kernel.partition("=")
        self.host = host
        self.gic = gic
        self.column = "%s/%s" % (host, gic)
        self.run = Console(program)
        self.known = []
        self.state = self.reason = None
        self.process = None
        self.begun = self.heard = self.seconds = 0.0
        self.size = 0
        self.known_host = self.ended_here = self.refused = False
        self.signal = None
        self.silence = ""

    def __str__(self):
        return "%s %s GICv%s" % (self.kernel, self.host, self.gic)

    def kind(self, test):
        """What sort of failure this subtest is, and the bug it is known for."""
        bug = ktap.bug_of(test, self.known)
        if bug is None:
            return NEW, None
        return (OPEN if bug.fix in ktap.OPEN else FIXED), bug

    def counts(self, program=None):
        """Numbers of subtests, of one program or all: pass, skip, new, fixed, open."""
        count = collections.Counter()
        for test in self.run.subtests:
            if program in (None, test.program):
                count[test.status if test.status != "fail" else self.kind(test)[0]] += 1
        return count

    def other_host(self, facts):
        """In what the host that came up is not the one that was meant, or None."""
        for name, value in HOSTS[self.host].facts.items():
            if facts.get(name) != value:
                return "came up with %s %s" % (name, facts.get(name, "unknown"))
        return None

    def settle(self, lines, errors, bugs, strict=False):
        """Judge: lines is the console of the host, errors why there is none."""
        for line in lines:
            self.run.feed(line)
        self.known = ktap.matching_bugs(bugs, self.run.facts)
        if errors:
            self.state, self.reason = NOT_THERE if self.refused else CANNOT_RUN, errors
        else:
            self.state, self.reason = self.judge(strict)

    def judge(self, strict):
        run = self.run
        if run.qemu_error:
            return CANNOT_RUN, run.qemu_error
        if run.end_code == 64:
            return CANNOT_RUN, run.no_verdict()
        if self.signal:
            return CANNOT_RUN, "vmtest.sh was ended by signal %d" % self.signal
        if run.begun and self.other_host(run.facts):
            return (NO_VERDICT if HOSTS[self.host].always else NOT_THERE,
                    self.other_host(run.facts))
        if run.begun and run.end_code is None:
            return DIED, "the host died after %s%s" % (
                run.subtests[-1].name if run.subtests else "it came up", self.silence)
        if run.no_verdict():
            return NO_VERDICT, run.no_verdict() + self.silence
        count = self.counts()
        if count[NEW] or count[FIXED] or run.incomplete() or (strict and count[OPEN]):
            return FAIL, None
        if count["skip"] == len(run.subtests):
            reasons = collections.Counter(test.reason for test in run.subtests)
            return SKIP, reasons.most_common(1)[0][0]
        return PASS, None


def numbers(count):
    """passed/failed/skipped, and +n for open bugs"""
    text = "%d/%d/%d" % (count["pass"], count[NEW] + count[FIXED], count["skip"])
    return text + ("+%d" % count[OPEN] if count[OPEN] else "")


def ktap_lines(cell, number):
    """The cell as one test of a KTAP stream."""
    run = cell.run
    if cell.state in (NOT_THERE, SKIP):
        return ["ok %d %s # SKIP %s" % (number, cell, cell.reason)]
    lines = ["KTAP version 1", "# Subtest: %s" % cell,
             "# kernel %(kernel)s, version %(version)s, mode %(mode)s" % run.facts,
             "1..%d" % len(run.subtests)]
    for index, test in enumerate(run.subtests):
        end = " # SKIP " + test.reason if test.status == "skip" else ""
        if test.status == "fail":
            lines += ["# " + text for text in run.details[index]]
            kind, bug = cell.kind(test)
            if kind == OPEN:
                end = " # XFAIL open bug: " + bug.words
            elif kind == FIXED:
                lines.append("# fixed upstream by %s: %s" % (bug.fix, bug.words))
        lines.append("%sok %d %s:%s%s" % ("not " if test.status == "fail" else "", index + 1,
                                          test.program, test.name, end))
    lines += ["# INCOMPLETE " + text for text in run.incomplete() if run.begun]
    if cell.reason:
        lines += ["# console: " + line for line in run.tail] + ["# %s" % cell.reason]
    return ["  " + line for line in lines] + [
        "%sok %d %s" % ("" if cell.state == PASS else "not ", number, cell)]


def where(cells, everywhere):
    """Name cells briefly: columns by kernel."""
    if len(cells) == everywhere and everywhere > 1:
        return "everywhere"
    kernels = collections.OrderedDict()
    for cell in cells:
        kernels.setdefault(cell.kernel, []).append(cell.column)
    return ", ".join("%s %s" % (kernel, " ".join(columns)) for kernel, columns in kernels.items())


def grid(cells):
    """The table: hosts by kernels, or of one kernel programs by hosts."""
    columns = list(dict.fromkeys(cell.column for cell in cells))
    kernels = list(dict.fromkeys(cell.kernel for cell in cells))
    if len(kernels) > 1:
        rows = [["host/GIC"] + kernels]
        for column in columns:
            rows.append([column] + [summary_of(cell) for cell in cells if cell.column == column])
    else:
        rows = [["program"] + columns]
        for program in dict.fromkeys(t.program for cell in cells for t in cell.run.subtests):
            rows.append([program] + [numbers(c.counts(program)) if c.counts(program) else "-"
                                     for c in cells])
        rows.append(["all"] + [summary_of(cell) for cell in cells])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip()
            for row in rows]


def summary_of(cell):
    if cell.state in (PASS, FAIL):
        return numbers(cell.counts())
    return {DIED: "DIED", NOT_THERE: "-", SKIP: "skip"}.get(cell.state, "none")


def findings(cells):
    """What failed where, one line each."""
    ran = [cell for cell in cells if cell.state in (PASS, FAIL, DIED)]
    found = collections.defaultdict(list)
    for cell in ran:
        for test in cell.run.subtests:
            if test.status == "fail":
                kind, bug = cell.kind(test)
                found[kind, "%s %s" % (test.program, test.name), bug].append(cell)
        for text in cell.run.incomplete() if cell.state == FAIL else []:
            found[NEW, "INCOMPLETE " + text, None].append(cell)
    lines = []
    for wanted, title in ((NEW, "NEW FAILURE"), (FIXED, "KNOWN BUG, fixed upstream by %s:"),
                          (OPEN, "KNOWN OPEN BUG")):
        for (kind, name, bug), there in found.items():
            if kind == wanted:
                lines.append("%s %s%s: %s" % (title % bug.fix if kind == FIXED else title, name,
                                              " (%s)" % bug.words if bug else "",
                                              where(there, len(ran))))
    for bug in dict.fromkeys(bug for cell in ran for bug in cell.known):
        status = {test.status for cell in ran if bug in cell.known for test in cell.run.subtests
                  if ktap.bug_of(test, [bug])} - {"skip"}
        if status == {"pass"} and bug.fix != "racy":
            lines.append("NO LONGER SHOWN %s: %s" % (bug.subtest, bug.words))
    without = collections.defaultdict(list)
    for cell in cells:
        if cell.reason:
            without[cell.state, cell.reason].append(cell)
    for (state, reason), there in without.items():
        lines.append("%s %s: %s" % (state.upper(), where(there, 0), reason))
    return lines


def summary(cells):
    """The table, the failures, and the last line."""
    count = sum((cell.counts() for cell in cells if cell.state in (PASS, FAIL, DIED)),
                collections.Counter())
    states = collections.Counter(cell.state for cell in cells)
    return grid(cells) + ["(passed/failed/skipped, +n failures that are open bugs)"] + findings(cells) + [
        "SUMMARY hosts: " + ", ".join("%d %s" % (n, state) for state, n in states.items()),
        "SUMMARY subtests: %d passed, %d skipped; failed: %d new, %d fixed upstream, %d open" %
        (count["pass"], count["skip"], count[NEW], count[FIXED], count[OPEN])]


def verdict(cells):
    """The exit code. What one host shows to be broken is, whatever the others do."""
    states = {cell.state for cell in cells}
    if states & {FAIL, DIED}:
        return EXIT_FAIL
    if CANNOT_RUN in states or states == {NOT_THERE}:
        return EXIT_CANNOT_RUN
    if NO_VERDICT in states:
        return EXIT_NO_VERDICT
    return EXIT_PASS if PASS in states else EXIT_SKIP


def printable(text):
    """Without what XML has no way to say."""
    return re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd]", "?", text)


def junit(cells):
    """All cells as a JUnit XML document."""
    root = ElementTree.Element("testsuites", name="kvm userspace irqchip")
    for cell in cells:
        suite = ElementTree.SubElement(root, "testsuite", name=str(cell),
                                       time="%.1f" % cell.seconds)
        properties = ElementTree.SubElement(suite, "properties")
        for name, value in cell.run.facts.items():
            ElementTree.SubElement(properties, "property", name=name, value=printable(value))
        tally = collections.Counter()

        def case(program, name, result=None, message="", text=""):
            element = ElementTree.SubElement(suite, "testcase", classname=program,
                                             name=printable(name))
            tally["tests"] += 1
            if result:
                tally[result] += 1
                ElementTree.SubElement(element, result, message=printable(message)).text = (
                    printable(text))

        for index, test in enumerate(cell.run.subtests):
            if test.status == "pass":
                case(test.program, test.name)
            elif test.status == "skip":
                case(test.program, test.name, "skipped", test.reason)
            else:
                kind, bug = cell.kind(test)
                message = {NEW: "new failure", OPEN: "known open bug: %s",
                           FIXED: "known bug, fixed upstream by %s: %%s" % (bug and bug.fix)}[kind]
                case(test.program, test.name, "skipped" if kind == OPEN else "failure",
                     message % bug.words if bug else message, "\n".join(cell.run.details[index]))
        for text in cell.run.incomplete() if cell.state == FAIL else []:
            case(text.partition(":")[0], "all subtests", "failure", text)
        if cell.reason:
            case("host", "comes up and lives",
                 "skipped" if cell.state in (SKIP, NOT_THERE) else "error", cell.reason,
                 "\n".join(cell.run.tail))
        for name, result in (("tests", "tests"), ("failures", "failure"), ("errors", "error"),
                             ("skipped", "skipped")):
            suite.set(name, str(tally[result]))
    return ElementTree.ElementTree(root)


class Runner:
    """Boots cells, a number at a time, in a directory that is gone afterwards.

    A host that says nothing for so many seconds is hung. How long all of it
    takes says more of the machine, and of how many there are at a time.
    """

    def __init__(self, vmtest, options, jobs, silence):
        self.vmtest = vmtest
        self.options = options
        self.jobs = jobs
        self.silence = silence
        self.running = []
        self.work = tempfile.mkdtemp(prefix="cells.")

    def keep_suite(self, suite):
        """Each host gets the suite as it is now, whatever is installed meanwhile."""
        copy = shutil.copytree(suite, os.path.join(self.work, "suite"))
        self.options = ["-i", copy] + self.options

    def path(self, cell, what):
        return os.path.join(self.work, "%s-%s-%s.%s" % (cell.kernel.replace("/", "_"), cell.host,
                                                        cell.gic, what))

    def size(self, cell):
        try:
            return os.path.getsize(self.path(cell, "console"))
        except OSError:
            return 0

    def start(self, cell):
        command = ["setpriv", "--pdeathsig", "TERM", self.vmtest, "-k", cell.image or cell.kernel,
                   "-g", cell.gic, "-o", self.path(cell, "console")]
        with open(self.path(cell, "err"), "wb") as errors:
            cell.process = subprocess.Popen(
                command + HOSTS[cell.host].options.split() + self.options,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                env=dict(os.environ, VMTEST_TIMEOUT="infinity"))
        cell.begun = cell.heard = time.monotonic()
        cell.size = 0
        self.running.append(cell)

    def wait(self):
        """The next cell that is done, with its console and vmtest.sh's errors."""
        while True:
            for cell in self.running:
                if cell.process.poll() is not None:
                    self.running.remove(cell)
                    return self.ended(cell)
                now, size = time.monotonic(), self.size(cell)
                if size != cell.size:
                    if self.other_host(cell):
                        self.end(cell)
                    cell.size, cell.heard = size, now
                elif now - cell.heard > self.silence and not cell.silence:
                    cell.silence = ", and was silent for %d s" % self.silence
                    self.end(cell)
            time.sleep(0.05)

    def other_host(self, cell):
        """Is there no need to wait for the end of the suite?"""
        if cell.known_host:
            return False
        for line in self.console(cell)[:-1]:  # the last may lack its end
            match = ktap.BEGIN.match(line)
            if match:
                cell.known_host = True
                return cell.other_host(ktap.facts_of(match))
        return False

    def console(self, cell):
        with open(self.path(cell, "console"), encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()

    def end(self, cell):
        cell.ended_here = True
        cell.process.terminate()

    def ended(self, cell):
        cell.seconds = time.monotonic() - cell.begun
        if cell.process.returncode < 0 and not cell.ended_here:
            cell.signal = -cell.process.returncode
        if os.path.exists(self.path(cell, "console")):
            return cell, self.console(cell), None
        with open(self.path(cell, "err"), encoding="utf-8", errors="replace") as file:
            said = file.read().strip().splitlines()
        error = said[-1] if said else "vmtest.sh ended with %d" % cell.process.returncode
        cell.refused = cell.process.returncode == 2 and bool(NO_SUCH_HOST.match(error))
        return cell, [], re.sub(r"; -h lists the options$|^vmtest: ", "", error)

    def run(self, cells):
        queue = collections.deque(cells)
        while queue or self.running:
            while queue and len(self.running) < self.jobs:
                self.start(queue.popleft())
            yield self.wait()

    def stop(self):
        for cell in self.running:
            cell.process.terminate()
        for cell in self.running:
            cell.process.wait()
        shutil.rmtree(self.work, ignore_errors=True)


class Ended(Exception):
    """By a signal."""


def on_signal(number, _):
    raise Ended(number)


class Parser(argparse.ArgumentParser):
    """Wrong usage is no missing verdict."""

    def error(self, message):
        self.exit(EXIT_CANNOT_RUN, "cells.py: %s\n" % message)


def main():
    parser = Parser(description=__doc__.splitlines()[0])
    parser.add_argument("--vmtest", default=os.path.join(HERE, "vmtest.sh"), help="what boots")
    parser.add_argument("--suite", metavar="DIR", help="the installed suite; default vmtest.sh's")
    parser.add_argument("--kernels", nargs="+", required=True, metavar="NAME[=IMAGE]")
    parser.add_argument("--hosts", required=True, metavar="HOST[/GIC]...",
                        help="of: " + " ".join(HOSTS))
    parser.add_argument("--jobs", type=int, default=1, help="boots at a time")
    parser.add_argument("--silence", type=int, default=300, metavar="SECONDS",
                        help="after which a host is hung")
    parser.add_argument("--junit", metavar="FILE", help="write JUnit XML")
    parser.add_argument("--strict", action="store_true", help="open bugs are failures too")
    parser.add_argument("-t", dest="test", metavar="PROGRAM[:GLOB]")
    args = parser.parse_args()

    hosts = []
    for word in args.hosts.split():
        host, _, gic = word.partition("/")
        if host not in HOSTS:
            parser.error("no host '%s'; there are: %s" % (host, " ".join(HOSTS)))
        if gic not in ("", "2", "3"):
            parser.error("%s: a GIC is 2 or 3" % word)
        hosts += [(host, version) for version in ([gic] if gic else ["2", "3"])]
    if not hosts:
        parser.error("no host to boot")
    program = args.test.partition(":")[0] if args.test else None
    cells = [Cell(kernel, host, gic, program) for kernel in args.kernels for host, gic in hosts]
    with open(os.path.join(HERE, "known-bugs"), encoding="utf-8") as file:
        bugs = ktap.read_known_bugs(file)

    for name in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(name, on_signal)
    runner = Runner(args.vmtest, ["-t", args.test] if args.test else [], max(args.jobs, 1),
                    args.silence)
    try:
        if args.suite:
            runner.keep_suite(args.suite)
        print("KTAP version 1\n1..%d" % len(cells), flush=True)
        for number, (cell, lines, errors) in enumerate(runner.run(cells), 1):
            cell.settle(lines, errors, bugs, args.strict)
            print("\n".join(ktap_lines(cell, number)), flush=True)
            print("%s: %s, %s, %.0f s" % (cell, cell.state, cell.reason or numbers(cell.counts()),
                                          cell.seconds), file=sys.stderr, flush=True)
        if args.junit:
            junit(cells).write(args.junit, encoding="utf-8", xml_declaration=True)
        print("\n".join("# " + line for line in summary(cells)))
        return verdict(cells)
    except Ended as ended:
        return 128 + ended.args[0]
    except Exception:  # which Python would end with the code of a failed test
        traceback.print_exc()
        return EXIT_CANNOT_RUN
    finally:
        runner.stop()


if __name__ == "__main__":
    sys.exit(main())
