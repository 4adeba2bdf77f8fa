"""Plays the messages of RisingWave to a `clutch serve`, over gRPC with protobuf written here, and checks the answers.

RisingWave asks for the version of the protocol and for a function's types when it is declared. Then each chunk of rows is a
DoExchange by itself, on one connection for all, with the descriptor on every message and columns without names.
Usage: risingwave_messages.py CLUTCH
"""

import random
import re
import struct
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import grpc
import pyarrow as pa

import harness
from harness import FUNCTIONS, Server, begin, check, eventually, finish, page, printed, same
from plain import load

SERVICE = "/arrow.flight.protocol.FlightService/"
PATIENCE = 60
JSON, DECIMAL = b"arrowudf.json", b"arrowudf.decimal"
clutch = sys.argv[1]
begin(300)
plain = load(FUNCTIONS)

# Protobuf, as far as Flight needs it.


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def part(number, content):
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def parts(message):
    """The numbers and contents of a message."""
    at, found = 0, []

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = number()
        if key & 7 == 0:
            found.append((key >> 3, number()))
        else:
            size = number()
            found.append((key >> 3, message[at : at + size]))
            at += size
    return found


def descriptor(name):
    return part(1, 1) + part(3, name.encode())


def messages(name, batches, schema):
    """The messages of a call, each with the descriptor."""
    for piece in [schema.serialize(), *(batch.serialize() for batch in batches)]:
        data = piece.to_pybytes()
        size = struct.unpack("<i", data[4:8])[0]
        yield part(1, descriptor(name)) + part(2, data[8 : 8 + size]) + part(1000, data[8 + size :])


class RisingWave:
    """One connection, as a node of RisingWave has for an address."""

    def __init__(self, address):
        self.channel = grpc.insecure_channel(address, [("grpc.max_receive_message_length", -1)])
        raw = {"request_serializer": None, "response_deserializer": None}
        self.action = self.channel.unary_stream(SERVICE + "DoAction", **raw)
        self.info = self.channel.unary_unary(SERVICE + "GetFlightInfo", **raw)
        self.exchange = self.channel.stream_stream(SERVICE + "DoExchange", **raw)

    def version(self):
        answers = list(self.action(part(1, b"protocol_version"), timeout=PATIENCE))
        return dict(parts(answers[0]))[1][0]

    def types(self, name):
        """The fields of a function, and how many of them are inputs."""
        found = dict(parts(self.info(descriptor(name), timeout=PATIENCE)))
        return list(pa.ipc.read_schema(pa.py_buffer(found[1]))), found.get(4, 0)

    def call(self, name, batch):
        """The answer to one chunk, as one batch."""
        stream = b""
        for answer in self.exchange(messages(name, [batch], batch.schema), timeout=PATIENCE):
            data = dict(parts(answer))
            header = data[2] + bytes(-len(data[2]) % 8)
            stream += b"\xff\xff\xff\xff" + struct.pack("<i", len(header)) + header + data.get(1000, b"")
        table = pa.ipc.open_stream(stream).read_all().combine_chunks()
        return table

    def refused(self, what, code, text, work):
        try:
            work()
        except grpc.RpcError as error:
            return check(what, error.code() == code and text in error.details(), f"{error.code()}: {error.details()}")
        return check(what, False, "no error")


def chunk(*columns):
    """A batch of columns without names; (array, extension) for an extension type."""
    arrays, fields = [], []
    for column in columns:
        array, extension = column if isinstance(column, tuple) else (column, None)
        arrays.append(array)
        fields.append(pa.field("", array.type, metadata={"ARROW:extension:name": extension} if extension else None))
    return pa.record_batch(arrays, schema=pa.schema(fields))


# The types of SQL as RisingWave sends them.

PLAIN = {
    "BOOLEAN": pa.bool_(), "SMALLINT": pa.int16(), "INT": pa.int32(), "BIGINT": pa.int64(), "REAL": pa.float32(),
    "DOUBLE PRECISION": pa.float64(), "VARCHAR": pa.string(), "BYTEA": pa.binary(), "DATE": pa.date32(), "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us"), "TIMESTAMPTZ": pa.timestamp("us", "+00:00"), "INTERVAL": pa.month_day_nano_interval(),
    "DECIMAL": pa.string(), "JSONB": pa.string(),
}  # fmt: skip
EXTENSIONS = {"DECIMAL": DECIMAL, "JSONB": JSON}


def split(text):
    """The items between commas that are in no brackets."""
    items, depth, item = [], 0, ""
    for letter in text:
        depth += (letter in "(<") - (letter in ")>")
        if letter == "," and not depth:
            items.append(item.strip())
            item = ""
        else:
            item += letter
    return [*items, item.strip()] if item.strip() else items


def sent(sql, name=""):
    """The field for a type of SQL."""
    if sql.endswith("[]"):
        return pa.field(name, pa.list_(sent(sql[:-2], "item")))
    if inner := re.fullmatch(r"STRUCT<(.*)>", sql):
        return pa.field(name, pa.struct([sent(item.split(" ", 1)[1], item.split(" ", 1)[0]) for item in split(inner[1])]))
    if inner := re.fullmatch(r"MAP\((.*)\)", sql):
        key, value = split(inner[1])
        return pa.field(name, pa.map_(sent(key, "key").type, sent(value, "value").type))
    extension = EXTENSIONS.get(sql)
    return pa.field(name, PLAIN[sql], metadata={"ARROW:extension:name": extension} if extension else None)


def equal(one, other):
    """Whether two fields are of one type, whatever the names are called."""
    extension = b"ARROW:extension:name"
    if (one.metadata or {}).get(extension) != (other.metadata or {}).get(extension):
        return False
    a, b = one.type, other.type
    if pa.types.is_timestamp(a) and pa.types.is_timestamp(b):
        return (a.tz is None) == (b.tz is None) and a.unit == b.unit
    if pa.types.is_map(a) and pa.types.is_map(b):
        return equal(a.key_field, b.key_field) and equal(a.item_field, b.item_field)
    if a.num_fields:
        return a.id == b.id and a.num_fields == b.num_fields and all(equal(a.field(i), b.field(i)) for i in range(a.num_fields))
    return a == b


def declared(node, text):
    """What RisingWave does at CREATE FUNCTION, for each statement that `--print-sql` prints."""
    for statement in text.split(";\n"):
        if not statement.strip():
            continue
        parsed = re.fullmatch(r"\s*CREATE FUNCTION (\w+)\((.*)\) RETURNS (TABLE \()?(.*?)(?(3)\))\s+AS '([\w.]+)' USING LINK '[^']*'", statement, re.S)
        if not check(f"the statement can be read: {statement.split('(')[0]}", bool(parsed), statement):
            continue
        arguments = [sent(item) for item in split(parsed[2])]
        if parsed[3]:
            columns = [sent(item.split(" ", 1)[1]) for item in split(parsed[4])]
            value = columns[0] if len(columns) == 1 else pa.field("", pa.struct([pa.field("", column.type) for column in columns]))
            expected = arguments + [pa.field("row", pa.int32()), value]
        else:
            expected = arguments + [sent(parsed[4])]
        fields, inputs = node.types(parsed[5])
        check(f"{parsed[1]} has the types that RisingWave sends", len(fields) == len(expected) and inputs == len(arguments)
              and all(map(equal, fields, expected)), (fields, inputs))  # fmt: skip


def values(node):
    """Chunks of 256 rows, as in streams, and of 1,024, as in queries, several at a time."""
    generator = random.Random(7)
    pairs = [(generator.randrange(1, 1 << 40), generator.randrange(1, 1 << 20)) for _ in range(100_000)]
    expected = [plain.gcd(a, b) for a, b in pairs]
    for rows in (256, 1_024):
        starts = range(0, len(pairs), rows)

        def one(start):
            some = pairs[start : start + rows]
            return node.call("gcd", chunk(pa.array([a for a, _ in some]), pa.array([b for _, b in some]))).column(0).to_pylist()

        with ThreadPoolExecutor(4) as pool:
            found = [value for values in pool.map(one, starts) for value in values]
        same(f"gcd in chunks of {rows}", found, expected)
    ids = list(range(1_000))
    day, moment, utc = date(2024, 2, 28), datetime(2024, 2, 28, 10), datetime(2024, 2, 28, tzinfo=timezone.utc)
    days = [day + timedelta(i) for i in ids]
    amounts = [Decimal(i) / 8 for i in ids]
    zoned = pa.array([utc] * 1_000, pa.timestamp("us", "+00:00"))
    for name, columns, expected in [
        ("half", [pa.array(map(float, ids))], [i / 2 for i in ids]),
        ("half_narrow", [pa.array(map(float, ids), pa.float32())], [i / 2 for i in ids]),
        ("shout", [pa.array([f"é{i}" for i in ids])], [f"É{i}!" for i in ids]),
        ("reversed_bytes", [pa.array([b"\xff%d" % i for i in ids])], [(b"\xff%d" % i)[::-1] for i in ids]),
        ("is_odd", [pa.array(ids)], [i % 2 == 1 for i in ids]),
        ("negated", [pa.array([i % 3 == 0 for i in ids])], [i % 3 != 0 for i in ids]),
        ("day_after", [pa.array(days)], [one + timedelta(1) for one in days]),
        ("later", [pa.array([moment] * 1_000), pa.array(ids)], [plain.later(moment, i) for i in ids]),
        ("later_utc", [zoned], [plain.later_utc(utc)] * 1_000),
        ("doubled_decimal", [(pa.array([f"{amount:f}" for amount in amounts]), DECIMAL)], None),
        ("member", [(pa.array([f'{{"a": [{i}, null]}}' for i in ids]), JSON), pa.array(["a"] * 1_000)], [f"[{i},null]" for i in ids]),
        ("running_sums", [pa.array([[i, 2] for i in ids])], [[i, i + 2] for i in ids]),
        ("split_words", [pa.array([f"a {i}" for i in ids])], [["a", str(i)] for i in ids]),
        ("moved", [pa.array([{"x": i, "name": "n"} for i in ids]), pa.array([1] * 1_000)], [{"x": i + 1, "name": "n'"} for i in ids]),
        ("swapped", [pa.array([[("ab", i)] for i in ids], pa.map_(pa.string(), pa.int64()))], [[("ba", -i)] for i in ids]),
        ("null_if_odd", [pa.array(ids)], [None if i % 2 else i for i in ids]),
        ("or_minus_one", [pa.array([i if i % 5 else None for i in ids])], [i if i % 5 else -1 for i in ids]),
        ("not_seven_or_null", [pa.array(ids)], [None if i == 7 else i for i in ids]),
    ]:  # fmt: skip
        answer = node.call(name, chunk(*columns))
        found = answer.column(0).to_pylist()
        if name == "doubled_decimal":
            check("decimal numbers are text without an exponent", all(isinstance(one, str) and "E" not in one for one in found), found[:9])
            found, expected = [Decimal(one) for one in found], [amount * 2 for amount in amounts]
        same(f"{name} gives what Python gives", found, expected)
    nameless = pa.RecordBatch.from_struct_array(pa.array([{}] * 256, pa.struct([])))
    same("a function without arguments", node.call("seven", nameless).column(0).to_pylist(), [7] * 256)


def tables(node):
    answer = node.call("numbers_to", chunk(pa.array([2, 0, 1_500])))
    same("rows of a table function say whose they are", answer.column("row").to_pylist(), [0, 0] + [2] * 1_500)
    same("and what they are", answer.column(1).to_pylist(), [0, 1, *range(1_500)])
    answer = node.call("words", chunk(pa.array(["a b", None, "c"])))
    same("several columns are one", [answer.column("row").to_pylist(), [[one.as_py() for one in pa.StructArray.flatten(answer.column(1).chunk(0))[i]] for i in (0, 1)]], [[0, 0, 2], [[0, 1, 0], ["a", "b", "c"]]])


def failures(node):
    batch = chunk(pa.array([6, 7, 8]))
    node.refused("a failing row fails its chunk", grpc.StatusCode.INVALID_ARGUMENT, "ValueError: seven is not taken", lambda: node.call("not_seven", batch))
    node.refused("an unknown function", grpc.StatusCode.NOT_FOUND, "there is no function absent", lambda: node.call("absent", batch))
    node.refused("an unknown function, when it is declared", grpc.StatusCode.NOT_FOUND, "there is no function absent", lambda: node.types("absent"))
    node.refused("wrong types", grpc.StatusCode.INVALID_ARGUMENT, "takes an integer column", lambda: node.call("not_seven", chunk(pa.array(["x"]))))
    same("the connection goes on", node.call("not_seven", chunk(pa.array([1]))).column(0).to_pylist(), [1])


def row_errors():
    with Server(clutch, "--row-errors") as server:
        node = RisingWave(server.address)
        answer = node.call("not_seven", chunk(pa.array([6, 7, 8])))
        same("the rows that do not fail have values", answer.column(0).to_pylist(), [6, None, 8])
        texts = answer.column(1).to_pylist()
        check("the others a text", texts[0] is None and texts[2] is None and "seven is not taken" in texts[1], texts)
        check("which is of type utf8", answer.column(1).type == pa.string(), answer.schema)
        check("there is no second column without failures", node.call("not_seven", chunk(pa.array([1]))).num_columns == 1)
        check("the types when it is declared are as ever", len(node.types("not_seven")[0]) == 2)


def stop():
    """SIGTERM: the chunk that is under way is answered, the next ones are UNAVAILABLE, which RisingWave tries again."""
    server = Server(clutch)
    node = RisingWave(server.address)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(lambda: node.call("slow", chunk(pa.array(range(1_500)))).column(0).to_pylist())
        eventually("a chunk is under way", lambda: harness.connections(server.port) > 0)
        same("another is answered meanwhile", node.call("gcd", chunk(pa.array([4]), pa.array([6]))).column(0).to_pylist(), [2])
        server.terminate()
        server.said("SIGTERM")

        def code(_):
            try:
                node.call("gcd", chunk(pa.array([4]), pa.array([6])))
            except grpc.RpcError as error:
                return error.code()
            return grpc.StatusCode.OK

        # At once, so that some are sent before the client has read that it should not.
        with ThreadPoolExecutor(8) as others:
            codes = set(others.map(code, range(64)))
        check("the next chunks are UNAVAILABLE", codes == {grpc.StatusCode.UNAVAILABLE}, codes)
        same("the one that was under way is answered", slow.result(PATIENCE), range(1_500))
    check("the server ends with 0", server.end() == 0)


with Server(clutch) as server:
    node = RisingWave(server.address)
    check("the protocol's version is 2", node.version() == 2)
    declared(node, server.declarations("risingwave"))
    check("what cannot be declared is named", "add_small is left out: RisingWave has no type for Int8" in harness.omissions["risingwave"])
    values(node)
    tables(node)
    failures(node)
row_errors()
stop()
if "--no-pages" not in sys.argv:
    files = page("risingwave")
    text = printed(clutch, "risingwave", "--port", 8815, harness.DELAYS)
    check("the page's declaration is what --print-sql prints", text == files["declare.sql"], text)
finish()
