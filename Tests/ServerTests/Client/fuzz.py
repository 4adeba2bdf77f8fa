"""Sends requests that were right, and are wrong in some places, to a server, for as long as is asked for.

    fuzz.py ADDRESS SECONDS [SEED [REQUESTS]]

With REQUESTS each of four clients ends after so many. Every request must get an answer or a status of gRPC in time, and between them a right request its right answer. Prints how many
requests there were with each status; exits with 1, and the request in fuzz-SEED-NUMBER.bin, when one is not answered.
"""

import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc
import pyarrow as pa

from wire import field, path

ADDRESS, SECONDS = sys.argv[1], float(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
REQUESTS = int(sys.argv[4]) if len(sys.argv) > 4 else None
METHOD = "/arrow.flight.protocol.FlightService/DoExchange"
PATIENCE = 60
IDENTITY = bytes


def messages(batch, options):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=options) as writer:
        writer.write_batch(batch)
        writer.write_batch(batch)
    for message in pa.ipc.MessageReader.open_stream(sink.getvalue()):
        body = message.body.to_pybytes() if message.body else b""
        yield field(2, message.metadata.to_pybytes()) + (field(1000, body) if body else b"")


def samples():
    columns = {
        "id_int": pa.array([1, None, 3]), "id_str": pa.array(["a", None, "long enough to be elsewhere"]),
        "id_list": pa.array([[1, 2], None, []], pa.list_(pa.int64())), "id_map": pa.array(
            [[("a", 1)], None, []], pa.map_(pa.string(), pa.int64())),
        "id_point": pa.array([{"x": 1, "label": "a"}, None], pa.struct([("x", pa.int64()), ("label", pa.string())])),
        "id_bool": pa.array([True, None, False]), "id_bytes": pa.array([b"a", None], pa.binary_view()),
        "id_color": pa.array(["red", None, "green"]).dictionary_encode(), "id_any": pa.nulls(5), "breaks": pa.array([1, 2]),
        "id_lists": pa.array([[["a"], None]], pa.list_(pa.list_(pa.string()))), "answer": None,
    }
    for name, column in columns.items():
        batch = pa.RecordBatch.from_struct_array(pa.array([{}, {}], pa.struct([]))) if column is None else pa.record_batch(
            [column], names=["x"])
        for compression in (None, "lz4", "zstd"):
            yield [path(name)] + list(messages(batch, pa.ipc.IpcWriteOptions(compression=compression)))


def mutated(rng, request):
    request = [bytearray(message) for message in request]
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        place = rng.randrange(len(request))
        message = request[place]
        action = rng.randrange(9)
        if action == 0 and len(request) > 1:
            request.pop(place)
        elif action == 1:
            request.insert(rng.randrange(len(request) + 1), bytearray(message))
        elif action == 2:
            del message[rng.randrange(len(message) + 1):]
        elif action == 3:
            message += rng.randbytes(rng.choice([1, 8, 100]))
        elif action == 4:
            rng.shuffle(request)
        elif message:
            start = rng.randrange(len(message))
            if action == 5:
                message[start] ^= 1 << rng.randrange(8)
            elif action == 6:
                message[start] = rng.choice([0, 1, 127, 128, 255])
            elif action == 7:
                # A number of four or eight bytes, as sizes and offsets are.
                size = rng.choice([4, 8])
                value = rng.choice([0, 1, -1, 1 << 30, (1 << 31) - 1, -(1 << 31), rng.randrange(-100, 100)])
                message[start:start + size] = value.to_bytes(size, "little", signed=True)
            else:
                end = min(len(message), start + rng.randrange(1, 40))
                del message[start:end]
    return [bytes(message) for message in request]


def worker(number, until):
    rng = random.Random(SEED * 1000 + number)
    known, counts = list(samples()), Counter()
    right = next(request for request in known)
    with grpc.insecure_channel(ADDRESS) as channel:
        call = channel.stream_stream(METHOD, IDENTITY, IDENTITY)
        expected = list(call(iter(right), timeout=PATIENCE))
        turn = 0
        while time.monotonic() < until and turn != REQUESTS:
            turn += 1
            request = mutated(rng, rng.choice(known))
            try:
                list(call(iter(request), timeout=PATIENCE))
                counts["OK"] += 1
            except grpc.RpcError as error:
                counts[error.code().name] += 1
                # The last two are a server that hangs or is gone; INTERNAL would be a mistake of its own.
                if error.code().name in ("DEADLINE_EXCEEDED", "UNAVAILABLE", "INTERNAL", "UNKNOWN"):
                    name = f"fuzz-{SEED}-{number}-{turn}.bin"
                    with open(name, "wb") as file:
                        for message in request:
                            file.write(len(message).to_bytes(4, "little") + message)
                    raise SystemExit(f"{error.code().name}: {error.details()}; the request is in {name}")
            if turn % 50 == 0:
                assert list(call(iter(right), timeout=PATIENCE)) == expected
    return counts


def main():
    until = time.monotonic() + SECONDS
    total = Counter()
    with ThreadPoolExecutor(4) as pool:
        for counts in pool.map(lambda number: worker(number, until), range(4)):
            total += counts
    print(f"seed {SEED}: {sum(total.values())} requests, {dict(total.most_common())}")


main()
