"""`clutch serve` against arrow-udf's own Python server: the same file of functions, the same client, in turns.

    flight_server.py CLUTCH CLIENT_PYTHON [PAIRS]

CLIENT_PYTHON has pyarrow and arrow-udf. Both servers run all the time. Prints for each measure the medians of both, the median
of the ratios of the pairs, and their least and largest.
"""

import os
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.flight as flight

HERE = Path(__file__).resolve().parent
CLUTCH, PYTHON = sys.argv[1], sys.argv[2]
PAIRS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
ROWS = 65_536


def free_port():
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    def __init__(self, command, port):
        self.port = port
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                with self.connect() as client:
                    client.get_flight_info(flight.FlightDescriptor.for_path("gcd"), flight.FlightCallOptions(timeout=5))
                return
            except KeyError:
                return
            except flight.FlightError:
                time.sleep(0.1)
        raise SystemExit(f"{command} does not answer")

    def connect(self):
        return flight.connect(f"grpc://127.0.0.1:{self.port}", generic_options=[("grpc.max_receive_message_length", -1)])

    def cpu(self):
        """Seconds of the processor that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def columns(rows):
    return pa.record_batch(
        [pa.array(range(1, rows + 1), pa.int32()), pa.array(range(2, 2 * rows + 1, 2), pa.int32())], names=["x", "y"])


def open_stream(client, name, schema):
    writer, reader = client.do_exchange(flight.FlightDescriptor.for_path(name))
    writer.begin(schema)
    return writer, reader


def pipelined(client, batch, count, name="gcd"):
    writer, reader = open_stream(client, name, batch.schema)

    def write():
        for _ in range(count):
            writer.write_batch(batch)
        writer.done_writing()

    thread = threading.Thread(target=write)
    thread.start()
    rows = sum(chunk.data.num_rows for chunk in reader)
    thread.join()
    writer.close()
    assert rows == count * batch.num_rows, rows


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def bulk(server):
    with server.connect() as client:
        batch = columns(ROWS)
        return seconds(lambda: pipelined(client, batch, 64))


def connections(server):
    batch = columns(ROWS)

    def one():
        with server.connect() as client:
            pipelined(client, batch, 4)

    def all_of_them():
        threads = [threading.Thread(target=one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return seconds(all_of_them)


def median_of(work, count):
    return statistics.median(seconds(work) for _ in range(count))


def row_on_a_stream(server):
    batch = columns(1)
    with server.connect() as client:
        writer, reader = open_stream(client, "gcd", batch.schema)

        def one():
            writer.write_batch(batch)
            reader.read_chunk()

        for _ in range(50):
            one()
        result = median_of(one, 500)
        writer.done_writing()
        list(reader)
        writer.close()
        return result


def row_on_a_new_stream(server):
    batch = columns(1)
    with server.connect() as client:
        for _ in range(20):
            pipelined(client, batch, 1)
        return median_of(lambda: single(client, batch), 300)


def single(client, batch):
    writer, reader = open_stream(client, "gcd", batch.schema)
    writer.write_batch(batch)
    reader.read_chunk()
    writer.done_writing()
    list(reader)
    writer.close()


def row_on_a_new_connection(server):
    batch = columns(1)

    def one():
        with server.connect() as client:
            single(client, batch)

    return median_of(one, 100)


def chunks(server):
    """Calls of 256 rows, a stream for each, four at a time: seconds a call, and the server's processor time a call."""
    batch, count = columns(256), 300
    with server.connect() as client:
        def some():
            for _ in range(count):
                single(client, batch)

        some()
        threads = [threading.Thread(target=some) for _ in range(4)]
        before, start = server.cpu(), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        calls = 4 * count
        return (time.perf_counter() - start) / calls, (server.cpu() - before) / calls


def show(name, ours, theirs, unit=1e3, text="ms"):
    ratios = sorted(their / our for our, their in zip(ours, theirs))
    print(
        f"{name:44} {statistics.median(ours) * unit:9.3f} {statistics.median(theirs) * unit:9.3f} {text}   "
        f"{statistics.median(ratios):5.2f}x  ({ratios[0]:.2f} to {ratios[-1]:.2f})", flush=True)


def identity(server):
    """A batch of 64 MiB there and back, and two copies of its bytes."""
    values = pa.array([0.0] * 1024, pa.float64()).buffers()[1]
    values = pa.py_buffer(values.to_pybytes() * 8192)
    batch = pa.record_batch([pa.Array.from_buffers(pa.float64(), len(values) // 8, [None, values])], names=["x"])
    with server.connect() as client:
        pipelined(client, batch, 1, "identity")
        there_and_back, copies = [], []
        for _ in range(9):
            there_and_back.append(seconds(lambda: pipelined(client, batch, 1, "identity")))
            source = bytearray(values)
            copies.append(seconds(lambda: bytes(bytes(memoryview(source)))) + 0)
    ratio = statistics.median(a / b for a, b in zip(there_and_back, copies))
    print(
        f"{'identity of 64 MiB, over two copies':44} {statistics.median(there_and_back) * 1e3:9.1f} "
        f"{statistics.median(copies) * 1e3:9.1f} ms   {ratio:5.2f}", flush=True)


def memory(server, duration):
    """Eight streams of batches of 8 MiB: how much the server has in each second."""
    batch = columns(1_048_576)
    end = time.monotonic() + duration
    def one():
        with server.connect() as client:
            while time.monotonic() < end:
                pipelined(client, batch, 2)
    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    samples = []
    while time.monotonic() < end:
        time.sleep(1)
        samples.append(server.resident() >> 20)
    for thread in threads:
        thread.join()
    half = len(samples) // 2
    print(f"resident MiB under 8 streams of 8 MiB batches: {max(samples[:half])} at most in the first half, "
          f"{max(samples[half:])} in the second", flush=True)


def main():
    ports = free_port(), free_port(), free_port()
    ours = Server([CLUTCH, "serve", "--port", str(ports[0]), str(HERE / "flight_functions.py")], ports[0])
    theirs = Server([PYTHON, str(HERE / "flight_functions.py"), str(ports[1])], ports[1])
    echo = Server([CLUTCH, "serve", "--port", str(ports[2]), str(HERE / "flight_columns.py")], ports[2])
    try:
        print(f"{'':44} {'clutch':>9} {'arrow-udf':>9}      faster, median of {PAIRS} pairs (range)")
        for name, measure in [
            (f"64 batches of {ROWS} rows, pipelined", bulk), (f"8 connections x 4 x {ROWS} rows", connections),
            ("1 row on an open stream, p50", row_on_a_stream), ("1 row on a new stream, p50", row_on_a_new_stream),
            ("1 row on a new connection, p50", row_on_a_new_connection),
        ]:
            pairs = [(measure(ours), measure(theirs)) for _ in range(PAIRS)]
            show(name, *zip(*pairs))
        pairs = [(chunks(ours), chunks(theirs)) for _ in range(PAIRS)]
        show("a stream for each 256 rows, 4 at a time", [a[0] for a, _ in pairs], [b[0] for _, b in pairs], 1e6, "us")
        show("  the server's processor time for a call", [a[1] for a, _ in pairs], [b[1] for _, b in pairs], 1e6, "us")
        identity(echo)
        memory(ours, float(os.environ.get("MEMORY_SECONDS", "60")))
    finally:
        for server in (ours, theirs, echo):
            server.stop()


main()
