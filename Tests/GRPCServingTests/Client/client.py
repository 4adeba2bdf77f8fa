"""A gRPC client of the tests: `client.py HOST:PORT SCENARIO [ARGUMENT...]`. Messages are bytes, without a serialiser.

Each scenario prints lines, which the test reads. `CA`, `CERT` and `KEY` in the environment are files for TLS.
"""

import os
import sys
import threading
import time

import grpc

UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def channel(target, options=()):
    options = UNLIMITED + list(options)
    if "CA" not in os.environ:
        return grpc.insecure_channel(target, options)
    files = [open(os.environ[name], "rb").read() if name in os.environ else None for name in ("CA", "KEY", "CERT")]
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(*files), options)


def say(*words):
    print(*words, flush=True)


def failure(call):
    """The code and the details of a call that fails."""
    try:
        call()
        return "OK", ""
    except grpc.RpcError as error:
        return error.code().name, error.details()


def shapes(c):
    say("unary", c.unary_unary("/test/Echo")(b"one"))
    say("empty", c.unary_unary("/test/Echo")(b""))
    say("server", list(c.unary_stream("/test/Count")(b"3")))
    say("client", c.stream_unary("/test/Sum")(iter([b"a", b"bc", b"def"])))
    say("none", c.stream_unary("/test/Sum")(iter([])))
    say("both", list(c.stream_stream("/test/Echo")(iter([b"x", b"y" * 5000, b"z"]))) == [b"x", b"y" * 5000, b"z"])
    many = [bytes([n % 256]) * (n * 7 % 3000) for n in range(3000)]
    say("many", list(c.stream_stream("/test/Echo")(iter(many))) == many)
    say("thread", list(c.stream_stream("/test/Thread")(iter(many))) == many)
    say("missing", *failure(lambda: c.unary_unary("/test/None")(b"")))


def statuses(c, path):
    """For each code and each text of a file, texts apart by a line."""
    for text in open(path, "rb").read().decode().split("\n"):
        for code in range(1, 17):
            call = c.unary_unary("/test/Status")
            name, details = failure(lambda: call(bytes([code]) + text.encode()))
            expected = [x.name for x in grpc.StatusCode if x.value[0] == code][0]
            say(name == expected, len(details), details == text, text.startswith(details))


def metadata(c):
    say(c.unary_unary("/test/Metadata")(b"x-text", metadata=[("x-text", "one"), ("x-text", "two")]))
    say(c.unary_unary("/test/Metadata")(b"x-raw-bin", metadata=[("x-raw-bin", b"\x00\xff\x10")]))


def deadline(c, seconds):
    began = time.monotonic()
    code, details = failure(lambda: c.unary_unary("/test/Hang")(b"", timeout=float(seconds)))
    say(code, 0.9 * float(seconds) < time.monotonic() - began)


def cancel(c):
    call = c.stream_stream("/test/Hang")(iter([b"x"]))
    call.initial_metadata()
    call.cancel()
    say("cancelled")
    sys.stdin.read()


def hang(c):
    call = c.stream_stream("/test/Hang")(iter([b"x"]))
    call.initial_metadata()
    say("hanging")
    say(*failure(lambda: next(call)))


def half_close(c):
    """Answers come before and after the client's end."""
    end = threading.Event()

    def requests():
        yield b"1"
        end.wait()

    call = c.stream_stream("/test/Ends")(requests())
    say(next(call))
    end.set()
    say(list(call))


def big(c, megabytes):
    data = os.urandom(1 << 20) * int(megabytes)
    say(c.unary_unary("/test/Echo")(data) == data)


def too_large(c, size):
    say(*failure(lambda: c.unary_unary("/test/Echo")(bytes(int(size)))))


def unread(c):
    """A client that does not read what is generated for it, then does."""
    call = c.unary_stream("/test/Generate")(b"")
    say(len(next(call)))
    sys.stdin.readline()
    total = 0
    for message in call:
        total += len(message)
        if total > 64 << 20:
            break
    say("read")
    call.cancel()


def push(c):
    """Sends for as long as the server takes it, and says how many."""
    sent = 0

    def requests():
        nonlocal sent
        for _ in range(400):
            sent += 1
            yield bytes(1 << 18)

    call = c.stream_unary("/test/Paused").future(requests())
    last = -1
    while sent != last:
        last = sent
        time.sleep(1)
    say(sent)
    sys.stdin.readline()
    say(call.result(), sent)


def token(c, *tokens):
    for value in tokens:
        metadata = [] if value == "none" else [("authorization", value)]
        say(*failure(lambda: c.unary_unary("/test/Echo")(b"", metadata=metadata)))
    say(c.unary_unary("/grpc.health.v1.Health/Check")(b""))


def health(c):
    check = c.unary_unary("/grpc.health.v1.Health/Check")
    say(check(b""), check(b"\x0a\x01a"), *failure(lambda: check(b"\x0a\x01b")))
    say(*failure(lambda: check(b"\x0a\x05b")))
    watch = c.unary_stream("/grpc.health.v1.Health/Watch")
    known, unknown = watch(b"\x0a\x01a"), watch(b"\x0a\x01b")
    say(next(known), next(unknown))
    sys.stdin.readline()
    say(next(known), next(unknown))
    sys.stdin.readline()
    say(next(known), *failure(lambda: next(known)))


def drain(c, target):
    """One call runs through a drain, the next finds no server."""
    call = c.stream_stream("/test/Gate")(iter([b"x"]))
    call.initial_metadata()
    say("running")
    sys.stdin.readline()
    say(failure(lambda: channel(target).unary_unary("/test/Echo")(b""))[0])
    sys.stdin.readline()
    say(list(call))


def flood(c, seconds):
    """Resets calls as fast as it can, beside one that runs."""
    steady = c.stream_stream("/test/Gate")(iter([b"x"]))
    steady.initial_metadata()
    until, refused, count = time.monotonic() + float(seconds), 0, 0
    while time.monotonic() < until:
        calls = [c.stream_stream("/test/Hang")(iter([b"x"])) for _ in range(50)]
        for call in calls:
            try:
                call.initial_metadata()
            except grpc.RpcError:
                pass
            if call.done() and call.code() == grpc.StatusCode.UNAVAILABLE:
                refused += 1
            call.cancel()
        count += 50
    say(refused > 0)
    time.sleep(2.5)
    say(c.unary_unary("/test/Echo")(b"calm"))
    say("flooded")
    say(list(steady))


def parallel(c, calls):
    """Many calls at a time on one connection."""
    futures = [c.unary_unary("/test/Thread").future(str(n).encode()) for n in range(int(calls))]
    say(all(future.result() == str(n).encode() for n, future in enumerate(futures)))


def compressed(c):
    call = c.unary_unary("/test/Echo")
    say(*failure(lambda: call(b"x" * 10000, compression=grpc.Compression.Gzip)))


def echo(c):
    say(c.unary_unary("/test/Echo")(b"hello", timeout=20))


def refused(c):
    say(failure(lambda: c.unary_unary("/test/Echo")(b"hello", timeout=20))[0])


def pings(c):
    """A connection whose only use is a ping now and then stays, as far as the client knows."""
    states = []
    c.subscribe(states.append, try_to_connect=True)
    c.unary_unary("/test/Echo")(b"hello")
    time.sleep(0.2)
    states.clear()
    time.sleep(25)
    say([state.name for state in states])


def main():
    target, name, *arguments = sys.argv[1:]
    options = []
    if name == "pings":
        options = [
            ("grpc.keepalive_time_ms", 10000), ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
        ]
    if name == "drain":
        arguments.append(target)
    globals()[name](channel(target, options), *arguments)


main()
