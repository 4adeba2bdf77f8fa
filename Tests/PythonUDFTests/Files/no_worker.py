"""Programs that are started as workers and are none: what the first argument, or the name of the link, says."""

import os
import struct
import sys

MEMORY, QUESTIONS, ANSWERS, CONTROL, EVENTS = range(3, 8)


def tell(content):
    os.write(EVENTS, struct.pack("<q", len(content)) + content)


def greet(version=int(os.environ["CLUTCH_WORKER_PROTOCOL"])):
    tell(b"\1" + struct.pack("<q", version))


def question():
    """The frame of a question: the number of the call, and where it lies."""
    frame = b""
    while len(frame) < 48:
        more = os.read(QUESTIONS, 48 - len(frame))
        if not more:
            sys.exit(0)
        frame += more
    return struct.unpack("<6q", frame)


def answer(sequence, offset=4096, values=0, buffers=0, events=0, used=0):
    os.write(ANSWERS, struct.pack("<6q", sequence, offset, values, buffers, events, used))


def other_version():
    greet(99)
    question()


def silent_end():
    pass


def dies_at_once():
    print("I cannot work like this", file=sys.stderr, flush=True)
    os.abort()


def wrong_place():
    greet()
    while True:
        sequence, *_ = question()
        answer(sequence, offset=1 << 50, values=1 << 40)


def wrong_call():
    greet()
    while True:
        sequence, *_ = question()
        answer(sequence + 7)


def empty():
    greet()
    while True:
        sequence, *_ = question()
        answer(sequence)


def noise():
    greet()
    while True:
        question()
        os.write(ANSWERS, os.urandom(48))


def noisy_events():
    greet()
    question()
    os.write(EVENTS, os.urandom(200))
    os.close(EVENTS)
    sys.exit(3)


def shrinks():
    greet()
    sequence, *_ = question()
    try:
        os.ftruncate(MEMORY, 0)
    except OSError:
        pass
    answer(sequence, values=64)
    question()


globals()[os.path.basename(sys.argv[0])]()
