"""Runs a program in a terminal of its own and says what stands on the screen.

python terminal.py COLUMNS ROWS PROGRAM ARGUMENT... < steps.json

Steps are a list of lists: ["send", TEXT], ["expect", TEXT] or ["expect", TEXT, HOW_OFTEN] (waits until the text stands on the
screen, or in what was scrolled off it, so often), ["prompt", NUMBER] (waits until the shell asks for the next line, and has
asked so often), ["resize", COLUMNS, ROWS], ["signal", NUMBER], ["hangup"], ["write", FILE,
TEXT], ["appears", FILE], ["end"] (waits for the program's end). The answer is JSON: the screen with all that was scrolled
off it, the bytes that came, the status, and what was waited for in vain, if anything was.
"""

import codecs
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
import unicodedata

PROMPT = re.compile(r"(clutch|     ?(\.\.|'|\"|\$|\*))> ?")
PATIENCE = float(os.environ.get("PATIENCE", 90))


class Screen:
    """As much of a terminal as line editors and tables use."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.lines, self.row, self.column = [[]], 0, 0
        self.top = 0
        self.pending = ""

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.top = max(0, len(self.lines) - rows)

    def feed(self, text):
        self.pending += text
        while self.pending:
            used = self.step(self.pending)
            if not used:
                return
            self.pending = self.pending[used:]

    def step(self, text):
        first = text[0]
        if first == "\x1b":
            return self.escape(text)
        if first == "\n":
            self.down()
        elif first == "\r":
            self.column = 0
        elif first == "\b":
            self.column = max(0, self.column - 1)
        elif first == "\t":
            self.column = min(self.columns - 1, (self.column // 8 + 1) * 8)
        elif first >= " ":
            self.put(first)
        return 1

    def escape(self, text):
        if len(text) < 2:
            return 0
        if text[1] == "]":
            end = text.find("\a")
            return end + 1 if end > 0 else 0
        if text[1] != "[":
            return 2
        end = 2
        while end < len(text) and not "@" <= text[end] <= "~":
            end += 1
        if end == len(text):
            return 0
        number = text[2:end]
        count = int(number) if number.isdigit() else 1
        line = self.lines[self.row]
        match text[end]:
            case "A":
                self.row = max(self.top, self.row - count)
            case "B":
                for _ in range(count):
                    self.down()
            case "C":
                self.column = min(self.columns - 1, self.column + count)
            case "D":
                self.column = max(0, self.column - count)
            case "G":
                self.column = min(self.columns - 1, max(0, count - 1))
            case "K":
                if number in ("", "0"):
                    del line[self.column :]
            case "J":
                if number in ("", "0"):
                    del line[self.column :]
                    del self.lines[self.row + 1 :]
                else:
                    self.lines += [[] for _ in range(self.rows)]
                    self.row = self.top = len(self.lines) - self.rows
            case "H":
                self.row, self.column = self.top, 0
            case "@":
                self.reach(line, self.column)
                line[self.column : self.column] = [" "] * count
            case "P":
                del line[self.column : self.column + count]
        return end + 1

    def down(self):
        self.row += 1
        while self.row >= len(self.lines):
            self.lines.append([])
        self.top = max(self.top, self.row - self.rows + 1)

    @staticmethod
    def reach(line, column):
        line.extend(" " * (column - len(line)))

    def put(self, character):
        if unicodedata.combining(character) or character in "\u200d\ufe0f" or "\U0001f3fb" <= character <= "\U0001f3ff":
            line = self.lines[self.row]
            place = min(self.column, len(line)) - 1
            while place > 0 and line[place] == "":
                place -= 1
            if place >= 0:
                line[place] += character
            return
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.column + width > self.columns:
            self.down()
            self.column = 0
        line = self.lines[self.row]
        self.reach(line, self.column)
        line[self.column : self.column + width] = [character] + [""] * (width - 1)
        self.column += width

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines).rstrip("\n")


class Session:
    def __init__(self, columns, rows, command):
        self.screen = Screen(columns, rows)
        self.bytes = b""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.status = None
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execv(command[0], command)

    def read(self, seconds):
        """Takes what comes within some time; says whether more can come."""
        if self.terminal is None or not select.select([self.terminal], [], [], seconds)[0]:
            return self.terminal is not None
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        if not data:
            os.close(self.terminal)
            self.terminal = None
            return False
        self.bytes += data
        self.screen.feed(self.decoder.decode(data))
        return True

    def wait(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                return False
            if not self.read(0.05) and not condition():
                if self.status is not None:
                    return False
                self.poll()
                time.sleep(0.01)
        return True

    def poll(self):
        if self.status is None:
            found, status = os.waitpid(self.child, os.WNOHANG)
            if found:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def asked(self, often):
        lines = self.screen.text().split("\n")
        prompts = [line for line in lines if PROMPT.match(line)]
        return len(prompts) >= often and PROMPT.fullmatch(lines[-1])

    def perform(self, name, *words):
        """Does a step; gives what was waited for in vain."""
        match name:
            case "send":
                os.write(self.terminal, words[0].encode("utf-8", "surrogateescape"))
            case "expect":
                often = words[1] if len(words) > 1 else 1
                if not self.wait(lambda: self.screen.text().count(words[0]) >= often):
                    return words[0]
            case "prompt":
                if not self.wait(lambda: self.asked(words[0])):
                    return f"prompt {words[0]}"
            case "resize":
                self.screen.resize(*words)
                fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", words[1], words[0], 0, 0))
            case "signal":
                os.kill(self.child, words[0])
            case "hangup":
                os.close(self.terminal)
                self.terminal = None
            case "write":
                with open(words[0] + ".new", "w", encoding="utf-8") as file:
                    file.write(words[1])
                os.replace(words[0] + ".new", words[0])
            case "appears":
                if not self.wait(lambda: os.path.exists(words[0])):
                    return words[0]
            case "end":
                if not self.wait(self.poll):
                    return "the end"
                while self.read(0.2):
                    pass
        return None


def main():
    columns, rows, *command = sys.argv[1:]
    steps = json.load(sys.stdin)
    session = Session(int(columns), int(rows), command)
    missing = None
    for step in steps:
        missing = session.perform(*step)
        if missing is not None:
            break
    if not session.poll():
        os.kill(session.child, signal.SIGKILL)
        os.waitpid(session.child, 0)
    json.dump(
        {
            "screen": session.screen.text(),
            "bytes": session.bytes.decode("utf-8", "replace"),
            "status": session.status,
            "missing": missing,
        },
        sys.stdout,
    )


main()
