"""Plays ClickHouse: gives Arrow streams to `clutch serve --stdio`, and takes as many rows from its answers.

    pipe_client.py COMMAND...
"""

import subprocess
import sys

import pyarrow as pa

process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def block(rows):
    return pa.record_batch([pa.array(rows, pa.int64())], names=["x"])


def send(*batches):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    process.stdin.write(sink.getvalue().to_pybytes())
    process.stdin.flush()


def receive(rows):
    """A stream's schema, and batches until there are as many rows: no mark at its end is read."""
    reader = pa.ipc.open_stream(process.stdout)
    values = []
    while len(values) < rows:
        values += reader.read_next_batch().column(0).to_pylist()
    return reader.schema.names, values


send(block([1, None, 3]))
print(receive(3))
# Two batches of a stream, and a stream behind it in the same bytes.
send(block([4]), block([5, 6]))
send(block(list(range(70_000))))
print(receive(3))
names, values = receive(70_000)
print(names, len(values), sum(values))
process.stdin.close()
print(process.stdout.read(), process.wait(60))
