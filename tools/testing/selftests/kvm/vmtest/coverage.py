#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""For coverage.sh: counts out of a console, and the lines of some functions.

coverage.py unpack CONSOLE DIRECTORY      the .gcda files that vmtest/init prints
coverage.py report INFO FUNCTIONS OUTPUT  what of the functions is reached

INFO is a trace file of lcov; OUTPUT gets its lines in these functions. FUNCTIONS
lists "FILE FUNCTION", and below it, indented, what of its source cannot be
reached: the first line of each such piece, and after two tabs or more the reason.
"""

import base64
import collections
import os
import re
import sys

MARK = "vmtest-gcov"

Function = collections.namedtuple("Function", "file name reasons")


def unpack(console, directory):
    """Write the files that console holds; true if it has all of them."""
    name, text, complete = None, [], False
    with open(console, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            line = line.strip()
            if line.startswith(MARK):
                if name:
                    with open(os.path.join(directory, name), "wb") as file:
                        file.write(base64.b64decode("".join(text)))
                name, text = os.path.basename(line[len(MARK):].strip()), []
                complete = not name
            elif name:
                text.append(line)
    return complete


def read_functions(lines):
    """Parse the lines of coverage.functions."""
    functions = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("\t"):
            source, _, reason = line.strip().partition("\t\t")
            if not functions or not reason:
                raise ValueError("line %d: a line of source and why it is not reached" % number)
            functions[-1].reasons[source] = reason.strip()
        else:
            functions.append(Function(*line.split(), {}))
    return functions


def read_info(lines):
    """The counts of each source file of a trace: {path: {line: count}}."""
    counts, current = {}, None
    for line in lines:
        key, _, value = line.rstrip("\n").partition(":")
        if key == "SF":
            current = counts.setdefault(value, {})
        elif key == "DA":
            number, count = value.split(",")[:2]
            current[int(number)] = current.get(int(number), 0) + int(count)
    return counts


def extent(source, name):
    """The first and last line of a function: from its name to a brace in column 0."""
    definition = re.compile(r"[a-z].*\b%s\(" % re.escape(name))
    start, body = None, False
    for number, line in enumerate(source, 1):
        if not body and definition.match(line):
            start = number
        if start and line.startswith("{"):
            body = True
        if body and line.startswith("}"):
            return start, number
        if not body and line.endswith(";"):
            start = None  # only declared
    return None


def pieces(lines):
    """The lines that are not reached, in lists of those with no reached line between."""
    found, open_piece = [], False
    for number in sorted(lines):
        if lines[number]:
            open_piece = False
        elif open_piece:
            found[-1].append(number)
        else:
            found.append([number])
            open_piece = True
    return found


def report(counts, functions, output):
    """Print what is reached; write its trace to output; the number of lines unexplained."""
    reached = total = explained = 0
    missed, traces = [], collections.defaultdict(dict)
    for function in functions:
        path = next((p for p in counts if p.endswith("/arch/arm64/kvm/" + function.file)), None)
        if not path:
            raise ValueError("no counts for %s" % function.file)
        with open(path, encoding="utf-8") as file:
            source = file.read().splitlines()
        where = extent(source, function.name)
        if not where:
            print("%-14s %-38s not in this kernel" % (function.file, function.name))
            continue
        lines = {n: c for n, c in counts[path].items() if where[0] <= n <= where[1]}
        traces[path].update(lines)
        hit = sum(1 for count in lines.values() if count)
        reached += hit
        total += len(lines)
        print("%-14s %-38s %3d of %3d lines" % (function.file, function.name, hit, len(lines)))
        for piece in pieces(lines):
            text = source[piece[0] - 1].strip()
            reason = function.reasons.get(text)
            explained += len(piece) if reason else 0
            missed.append("%s:%d-%d: %s\n\t%s" % (function.file, piece[0], piece[-1], text,
                                                 reason or "NOT REACHED"))
    with open(output, "w", encoding="utf-8") as file:
        for path, lines in traces.items():
            print("TN:\nSF:" + path, file=file)
            for number in sorted(lines):
                print("DA:%d,%d" % (number, lines[number]), file=file)
            print("LF:%d\nLH:%d\nend_of_record" % (
                len(lines), sum(1 for count in lines.values() if count)), file=file)
    print("\nNot reached, and why:\n" + "\n".join(missed))
    left = total - reached - explained
    print("\n%d lines: %d reached, %d cannot be, %d left: %.1f %% of what can be reached" % (
        total, reached, explained, left, 100 * reached / max(total - explained, 1)))
    return left


def main():
    command, args = "".join(sys.argv[1:2]), sys.argv[2:]
    try:
        if command == "unpack" and len(args) == 2:
            return 0 if unpack(*args) else 2
        if command == "report" and len(args) == 3:
            with open(args[0], encoding="utf-8") as file:
                counts = read_info(file)
            with open(args[1], encoding="utf-8") as file:
                functions = read_functions(file)
            return 1 if report(counts, functions, args[2]) else 0
    except (OSError, ValueError) as error:
        print("coverage.py: %s" % error, file=sys.stderr)
        return 2
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
