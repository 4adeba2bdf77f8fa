"""What the clients share: a server that is ended, checks that print a line each, and a deadline for everything."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
FUNCTIONS = REPOSITORY / "Tests/Engines/functions.py"
DELAYS = REPOSITORY / "Examples/flights/delays.py"

_children = set()
_failures = 0
_count = 0


def begin(seconds):
    """Ends this program, and the servers that it has started, after so many seconds, whatever it is doing then."""

    def expire():
        print(f"not ok: the deadline of {seconds} s has passed", flush=True)
        end_children()
        os._exit(3)

    timer = threading.Timer(seconds, expire)
    timer.daemon = True
    timer.start()


def end_children():
    for child in list(_children):
        child.kill()


def check(what, isRight, found=""):
    """Prints one line; what is not right counts as a failure."""
    global _failures, _count
    _count += 1
    _failures += not isRight
    print(f"{'ok' if isRight else 'not ok'}: {what}" + ("" if isRight or found == "" else f"; found {found!r:.600}"), flush=True)
    return isRight


def same(what, found, expected):
    """Checks that two sequences are equal, and names the first difference."""
    found, expected = list(found), list(expected)
    if len(found) != len(expected):
        return check(what, False, f"{len(found)} rows, not {len(expected)}")
    for row, (one, other) in enumerate(zip(found, expected)):
        if one != other or type(one) is not type(other):
            return check(what, False, f"row {row}: {one!r}, not {other!r}")
    return check(f"{what} ({len(found):,} rows)", True)


def raises(what, action, *texts):
    """Checks that an action fails with a message that has all of the texts; returns the message."""
    try:
        action()
    except BaseException as error:
        message = str(error)
        check(what, all(text in message for text in texts), message)
        return message
    check(what, False, "no error")
    return ""


def eventually(what, condition, seconds=30):
    """Waits until a condition holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return check(what, True)
        time.sleep(0.01)
    return check(what, False, f"not within {seconds} s")


def finish():
    """Ends with the number of checks, and with 1 if one of them failed."""
    end_children()
    print(f"{_count - _failures} passed, {_failures} failed", flush=True)
    sys.stdout.flush()
    # Engines in this process may have threads that do not end.
    os._exit(1 if _failures or not _count else 0)


class Server:
    """A `clutch serve` of its own, with its log."""

    def __init__(self, clutch, *arguments, files=(FUNCTIONS, DELAYS), port=0, seconds=120):
        self.clutch, self.files = clutch, [str(file) for file in files]
        self.arguments = [str(argument) for argument in arguments]
        self.log = []
        self.isTerminated = False
        self._said = threading.Condition()
        self.process = subprocess.Popen(
            [clutch, "serve", "--port", str(port), *self.arguments, *self.files],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        _children.add(self.process)
        threading.Thread(target=self._read, daemon=True).start()
        line = self.said(" with CPython ", seconds)
        self.address = line.split(" at ")[-1].split()[0]
        self.port = int(self.address.split(":")[-1])

    def _read(self):
        for line in self.process.stderr:
            with self._said:
                self.log.append(line.rstrip("\n"))
                self._said.notify_all()
        with self._said:
            self.log.append("")
            self.log.append(None)
            self._said.notify_all()

    def said(self, text, seconds=30):
        """The line of the log that has a text, as soon as it is there."""
        with self._said:
            if not self._said.wait_for(lambda: self._line(text) or None in self.log, seconds) or not self._line(text):
                raise RuntimeError(f"the server did not say {text!r}; it said: {self.log}")
            return self._line(text)

    def _line(self, text):
        return next((line for line in self.log if line and text in line), None)

    def has_said(self, text):
        with self._said:
            return self._line(text) is not None

    def declarations(self, engine, *arguments):
        """What `--print-sql` prints for this server."""
        return printed(self.clutch, engine, "--port", self.port, *self.arguments, *arguments, *self.files)

    def terminate(self):
        """Sends SIGTERM, once: a second one would end the server at once."""
        if not self.isTerminated and self.process.poll() is None:
            self.isTerminated = True
            self.process.send_signal(signal.SIGTERM)

    def end(self, seconds=60):
        """Ends it as an operator does, and returns its exit code."""
        self.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        finally:
            _children.discard(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def printed(clutch, engine, *arguments):
    """The output of `--print-sql`; what is said of functions that are left out goes to ``omissions``."""
    result = subprocess.run(
        [clutch, "serve", "--print-sql", engine, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    if result.returncode:
        raise RuntimeError(f"--print-sql {engine} failed: {result.stderr}")
    omissions[engine] = result.stderr
    return result.stdout


omissions = {}


def free_port():
    """A port that nobody listens at."""
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def page(engine):
    """The files beside an engine's page, by name; each must be on the page as it is."""
    folder = REPOSITORY / "Examples/engines" / engine
    readme = (folder / "README.md").read_text()
    files = {file.name: file.read_text() for file in sorted(folder.iterdir()) if file.name != "README.md" and file.is_file()}
    for name, text in files.items():
        check(f"{engine}'s page shows {name}", text.strip() in readme)
    return files


def certificate(folder):
    """An authority, a certificate of it for localhost, and that one's key, as three files."""

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=60)

    authority, authority_key, request, chain, key, extensions = (
        Path(folder, name) for name in ("ca.pem", "ca.key", "request.pem", "chain.pem", "key.pem", "extensions")
    )
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new, "-days", 60, "-subj", "/CN=Test authority", "-keyout", authority_key, "-out", authority)
    openssl("req", *new, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial", "-days", 60,
            "-extfile", extensions, "-out", chain)  # fmt: skip
    key.chmod(0o600)
    return authority, chain, key


def connections(port):
    """How many connections of others this port has, as the kernel says."""
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "01" for row in rows)
