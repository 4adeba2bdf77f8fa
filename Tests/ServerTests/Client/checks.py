"""Checks of a running server with PyArrow's Flight client and gRPC's own.

    checks.py ADDRESS                 runs the functions called check_..., and prints a line for each
    checks.py ADDRESS NAME [VALUE...]   runs one function with the values

Each is told as "ok NAME" or "FAIL NAME: why". TLS_CA, TLS_CERTIFICATE and TLS_KEY are files for connections with TLS, TOKEN is
sent with every call.
"""

import decimal
import json
import os
import random
import sys
import threading
import traceback
import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

import grpc
import pyarrow as pa
import pyarrow.flight as flight

from wire import field, path

ADDRESS = sys.argv[1]
PATIENCE = 60
JSON, DECIMAL = b"arrowudf.json", b"arrowudf.decimal"


def content(name):
    return open(os.environ[name], "rb").read() if name in os.environ else None


def client():
    general = [("grpc.max_receive_message_length", -1)]
    if "TLS_CA" not in os.environ:
        return flight.connect(f"grpc://{ADDRESS}", generic_options=general)
    return flight.connect(
        f"grpc+tls://{ADDRESS}", tls_root_certs=content("TLS_CA"), cert_chain=content("TLS_CERTIFICATE"),
        private_key=content("TLS_KEY"), generic_options=general)


def descriptor(name):
    return flight.FlightDescriptor.for_path(name)


def options(**keywords):
    if "TOKEN" in os.environ:
        keywords = {"headers": [(b"authorization", b"Bearer " + os.environ["TOKEN"].encode())]} | keywords
    return flight.FlightCallOptions(**({"timeout": PATIENCE} | keywords))


def exchange(name, batches, schema=None, ipc=None, **keywords):
    """The batches of the answer, read while the request is written."""
    schema = schema or batches[0].schema
    with client() as connection:
        writer, reader = connection.do_exchange(
            descriptor(name), options(**keywords, **({"write_options": ipc} if ipc else {})))
        failures = []

        def write():
            try:
                writer.begin(schema)
                for batch in batches:
                    writer.write_batch(batch)
                writer.done_writing()
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            answers = [chunk.data for chunk in reader]
            answer_schema = reader.schema
        finally:
            thread.join(PATIENCE)
        writer.close()
        assert not failures, failures
        return answer_schema, answers


def batch(*columns):
    return pa.record_batch(list(columns), names=[f"a{i}" for i in range(len(columns))])


def call(name, *columns, **keywords):
    """The answer to one batch, as one column."""
    schema, answers = exchange(name, [batch(*columns)], **keywords)
    return pa.concat_arrays([answer.column(0) for answer in answers])


def refused(kind, text, work):
    try:
        result = work()
    except kind as error:
        assert text in str(error), f"'{text}' is not in: {str(error)[:500]}"
        return str(error)
    raise AssertionError(f"no {kind.__name__} but {result}")


INVALID = pa.ArrowInvalid
NOT_FOUND = KeyError


# What there is


def check_every_function_is_listed():
    with client() as connection:
        infos = {info.descriptor.path[0].decode(): info for info in connection.list_flights(options=options())}
    assert {"gcd", "series", "answer", "waits", "batch_sum", "Counter"} <= set(infos), sorted(infos)
    assert "Total" not in infos and "any_number" not in infos, sorted(infos)
    assert infos["gcd"].total_records == 2 and infos["gcd"].schema.names == ["x", "y", "gcd"]


def check_information_of_a_function():
    with client() as connection:
        info = connection.get_flight_info(descriptor("id_json"), options())
        assert info.descriptor.path == [b"id_json"], info.descriptor
        assert info.total_records == 1 and not info.endpoints
        assert [field.type for field in info.schema] == [pa.string(), pa.string()]
        assert all(field.metadata[b"ARROW:extension:name"] == JSON for field in info.schema)
        assert all(field.nullable for field in info.schema)
        decimals = connection.get_flight_info(descriptor("id_decimal"), options()).schema
        assert all(field.metadata[b"ARROW:extension:name"] == DECIMAL for field in decimals)
        rows = connection.get_flight_info(descriptor("pairs"), options())
        assert rows.total_records == 1 and rows.schema.names == ["n", "row", "pairs"]
        assert rows.schema.field("row").type == pa.int32()
        assert rows.schema.field("pairs").type == pa.struct([("f0", pa.int64()), ("f1", pa.string())])
        assert connection.get_flight_info(descriptor("answer"), options()).schema.names == ["answer"]
        assert connection.get_schema(descriptor("gcd"), options()).schema.names == ["x", "y", "gcd"]
        nested = connection.get_flight_info(descriptor("id_jsons"), options()).schema.field(1).type
        assert nested.value_field.metadata[b"ARROW:extension:name"] == JSON, nested.value_field.metadata


def check_actions():
    with client() as connection:
        [answer] = connection.do_action("protocol_version", options())
        assert answer.body.to_pybytes() == b"\x02"
        assert [action.type for action in connection.list_actions(options())] == ["protocol_version"]
        refused(NotImplementedError, "no action 'nonsense'", lambda: list(connection.do_action("nonsense", options())))


def check_unknown_functions_and_methods():
    with client() as connection:
        refused(NOT_FOUND, "there is no function nope", lambda: connection.get_flight_info(descriptor("nope"), options()))
        refused(NOT_FOUND, "aggregate", lambda: connection.get_flight_info(descriptor("Total"), options()))
        refused(NOT_FOUND, "any number of arguments", lambda: call("any_number", pa.array([1])))
        command = flight.FlightDescriptor.for_command(b"gcd")
        refused(INVALID, "names no function", lambda: connection.get_flight_info(command, options()))
        refused(NotImplementedError, "", lambda: connection.do_get(flight.Ticket(b"x"), options()).read_all())
    refused(NOT_FOUND, "there is no function nope", lambda: call("nope", pa.array([1])))


def check_builtin_functions():
    for kind in (pa.string(), pa.string_view(), pa.large_string()):
        assert call("builtin_echo", pa.array(["a", None], kind)).to_pylist() == ["a", None]
    answers = raw_exchange("builtin_healthy", pa.schema([]), [no_columns(1)])
    assert answers == [[{"builtin_healthy": 1}]], answers


# Values

UTC = timezone.utc
VALUES = {
    "id_bool": (pa.bool_(), [True, False]),
    "id_int8": (pa.int8(), [-128, 127]),
    "id_int16": (pa.int16(), [-32768, 32767]),
    "id_int32": (pa.int32(), [-2**31, 2**31 - 1]),
    "id_int": (pa.int64(), [-2**63, 2**63 - 1, 0]),
    "id_uint8": (pa.uint8(), [0, 255]),
    "id_uint64": (pa.uint64(), [0, 2**64 - 1]),
    "id_float32": (pa.float32(), [1.5, -0.0, float("inf")]),
    "id_float": (pa.float64(), [1e308, 5e-324, float("-inf")]),
    "id_str": (pa.string(), ["", "ä€😀", "x" * 100_000]),
    "id_bytes": (pa.binary(), [b"", b"\x00\xff", bytes(range(256)) * 40]),
    "id_date": (pa.date32(), [date(1, 1, 1), date(9999, 12, 31)]),
    "id_time": (pa.time64("us"), [time(0), time(23, 59, 59, 999999)]),
    "id_timestamp": (pa.timestamp("us"), [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)]),
    "id_zoned": (pa.timestamp("us", "UTC"), [datetime(1970, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)]),
    "id_duration": (pa.duration("us"), [timedelta(days=-3, microseconds=1), timedelta(0)]),
    "id_interval": (pa.month_day_nano_interval(), [pa.MonthDayNano([1, -2, 3000]), pa.MonthDayNano([0, 0, 0])]),
    "id_digits": (pa.decimal128(18, 4), [Decimal("12.3456"), Decimal("-0.0001")]),
    "id_list": (pa.list_(pa.int64()), [[1, None, 3], []]),
    "id_lists": (pa.list_(pa.list_(pa.string())), [[["a", None], []], [None]]),
    "id_map": (pa.map_(pa.string(), pa.int64()), [[("a", 1), ("b", None)], []]),
    "id_point": (pa.struct([("x", pa.int64()), ("label", pa.string())]), [{"x": 1, "label": None}, {"x": 2, "label": "b"}]),
    "id_color": (pa.string(), ["red", "green"]),
}


def check_values_of_every_type():
    rng = random.Random(1)
    for name, (kind, values) in VALUES.items():
        rows = [rng.choice(values + [None]) for _ in range(1_000)] + values
        answer = call(name, pa.array(rows, kind))
        answer.validate(full=True)
        assert answer.type == kind, f"{name}: {answer.type}"
        assert answer.equals(pa.array(rows, kind)), name


def check_identifiers():
    values = [uuid.UUID(int=1), uuid.UUID("12345678-1234-5678-1234-567812345678")]
    answer = call("id_uuid", pa.array([v.bytes for v in values], pa.uuid()))
    assert answer.to_pylist() == values, answer


def check_other_layouts_of_arguments():
    layouts = {
        "id_str": [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())],
        "id_bytes": [pa.large_binary(), pa.binary_view()],
        "id_list": [pa.large_list(pa.int64()), pa.list_view(pa.int64()), pa.large_list_view(pa.int64())],
        "id_int": [pa.int8(), pa.uint32(), pa.dictionary(pa.int16(), pa.int64())],
        "id_color": [pa.dictionary(pa.int8(), pa.string())],
    }
    samples = {"id_str": ["a", "long enough to be elsewhere", None], "id_bytes": [b"a", None], "id_list": [[1, 2], [], None],
               "id_int": [1, 2, None], "id_color": ["red", None, "green"]}
    for name, kinds in layouts.items():
        for kind in kinds:
            answer = call(name, pa.array(samples[name], kind))
            assert answer.to_pylist() == samples[name], f"{name} of {kind}: {answer}"


def check_compressed_bodies():
    values = pa.array([f"value {i % 10}" for i in range(50_000)])
    for codec in ("lz4", "zstd"):
        answer = call("id_str", values, ipc=pa.ipc.IpcWriteOptions(compression=codec))
        assert answer.equals(values), codec


def check_decimals_as_text_and_as_numbers():
    texts = ["1.50", "-0.000000000000000000000000001", "12345678901234567890123456789012345678901234567890", None]
    field = pa.field("x", pa.string(), metadata={"ARROW:extension:name": DECIMAL})
    schema, [answer] = exchange("id_decimal", [pa.record_batch([pa.array(texts)], schema=pa.schema([field]))])
    assert schema.field(0).metadata[b"ARROW:extension:name"] == DECIMAL, schema
    with decimal.localcontext(decimal.Context(prec=100)):
        assert [v and Decimal(v) for v in answer.column(0).to_pylist()] == [v and Decimal(v) for v in texts]
    assert not any("E" in v for v in answer.column(0).to_pylist() if v), answer
    numbers = pa.array([Decimal("1.5"), None], pa.decimal128(10, 3))
    assert call("id_decimal", numbers).to_pylist() == [Decimal("1.500"), None]
    # What is no decimal number gives text, which the information about the function has announced.
    assert call("id_decimal", pa.array([3])).to_pylist() == ["3"]


def check_json():
    texts = ['{"a": [1, null]}', '"ä"', None, "3"]
    field = pa.field("x", pa.string(), metadata={"ARROW:extension:name": JSON})
    schema, [answer] = exchange("id_json", [pa.record_batch([pa.array(texts)], schema=pa.schema([field]))])
    assert schema.field(0).metadata[b"ARROW:extension:name"] == JSON, schema
    assert [v and json.loads(v) for v in answer.column(0).to_pylist()] == [v and json.loads(v) for v in texts]
    assert call("id_any", pa.array([1, None])).to_pylist() == ["1", None]


def check_nulls_and_defaults():
    assert call("optional", pa.array([1, None])).to_pylist() == [1, -1]
    assert call("with_default", pa.array([1])).to_pylist() == [11]
    assert call("with_default", pa.array([1]), pa.array([2])).to_pylist() == [3]
    assert call("optional", pa.nulls(2)).to_pylist() == [-1, -1]


# Batches


def check_no_rows_and_no_batches():
    empty = batch(pa.array([], pa.int64()))
    schema, answers = exchange("id_int", [empty, batch(pa.array([1])), empty])
    assert [answer.num_rows for answer in answers] == [0, 1, 0]
    schema, answers = exchange("id_int", [], schema=empty.schema)
    assert answers == [] and schema == pa.schema([("id_int", pa.int64())])
    schema, answers = exchange("series", [empty])
    assert sum(answer.num_rows for answer in answers) == 0


def check_batches_without_columns():
    answers = raw_exchange("answer", pa.schema([]), [no_columns(3), no_columns(0)])
    assert answers == [[{"answer": 42}] * 3, []], answers


def check_rows_without_data_are_limited():
    most = 1 << 20
    columnless = pa.RecordBatch.from_struct_array(pa.Array.from_buffers(pa.struct([]), most + 1, [None]))
    refused(INVALID, "send the rows in several batches", lambda: exchange("answer", [columnless]))
    nothing = pa.nulls(most + 1)
    refused(INVALID, "send the rows in several batches", lambda: call("optional", nothing))
    assert call("optional", pa.nulls(70_000)).to_pylist() == [-1] * 70_000


def check_many_batches_in_order():
    batches = [batch(pa.array(range(i * 1000, i * 1000 + 1 + i % 7))) for i in range(300)]
    schema, answers = exchange("id_int", batches)
    assert [answer.column(0) for answer in answers] == [b.column(0) for b in batches]


def check_an_answer_comes_before_the_next_batch():
    with client() as connection:
        writer, reader = connection.do_exchange(descriptor("id_int"), options())
        writer.begin(pa.schema([("a0", pa.int64())]))
        for i in range(20):
            writer.write_batch(batch(pa.array([i])))
            assert reader.read_chunk().data.column(0).to_pylist() == [i]
        writer.done_writing()
        assert list(reader) == []
        writer.close()


def check_the_schema_comes_before_the_function_runs():
    with client() as connection:
        writer, reader = connection.do_exchange(descriptor("sleeps"), options())
        writer.begin(pa.schema([("a0", pa.float64())]))
        writer.write_batch(batch(pa.array([600.0])))
        assert reader.schema == pa.schema([("sleeps", pa.float64())])
        reader.cancel()
        try:
            writer.close()
        except flight.FlightCancelledError:
            pass


def check_large_batches():
    values = pa.py_buffer(random.Random(2).randbytes(8 * 2_000_000))
    numbers = pa.Array.from_buffers(pa.int64(), 2_000_000, [None, values])
    assert call("id_int", numbers).equals(numbers)


def check_every_kind_of_function():
    assert call("batch_sum", pa.array([1, 2, None])).to_pylist() == [3, 3, 3]
    assert call("Counter", pa.array([1])).to_pylist() == [4]
    assert call("waits", pa.array(range(1000))).to_pylist() == [2 * i for i in range(1000)]
    schema, answers = exchange("running", [batch(pa.array([1, 2])), batch(pa.array([3]))])
    assert [answer.column(0).to_pylist() for answer in answers] == [[2, 2], [3]]


def check_one_call_does_not_hold_up_another():
    with client() as connection:
        writer, reader = connection.do_exchange(descriptor("sleeps"), options())
        writer.begin(pa.schema([("a0", pa.float64())]))
        writer.write_batch(batch(pa.array([600.0])))
        assert call("gcd", pa.array([4]), pa.array([6])).to_pylist() == [2]
        reader.cancel()
        try:
            writer.close()
        except flight.FlightCancelledError:
            pass


# Tables


def check_rows_of_tables():
    schema, answers = exchange("series", [batch(pa.array([2, None, 2000])), batch(pa.array([1]))])
    assert schema == pa.schema([("row", pa.int32()), ("series", pa.int64())]), schema
    assert all(answer.num_rows <= 1024 for answer in answers)
    rows = [row for answer in answers for row in zip(*(column.to_pylist() for column in answer.columns))]
    assert rows == [(0, 0), (0, 1)] + [(2, i) for i in range(2000)] + [(0, 0)], rows[:5]


def check_tables_of_several_columns():
    schema, [answer] = exchange("pairs", [batch(pa.array([2]))])
    assert answer.to_pylist() == [{"row": 0, "pairs": {"f0": 0, "f1": ""}}, {"row": 0, "pairs": {"f0": 1, "f1": "x"}}]
    schema, [answer] = exchange("points", [batch(pa.array([2]))])
    assert [row["points"] for row in answer.to_pylist()] == [{"x": 0, "label": "0"}, {"x": 1, "label": None}]


def check_tables_for_databend():
    headers = [(b"x-databend-function-handler", b"pairs")]
    schema, [answer] = exchange("pairs", [batch(pa.array([2]))], headers=headers)
    assert answer.to_pylist() == [{"f0": 0, "f1": ""}, {"f0": 1, "f1": "x"}]
    schema, [answer] = exchange("series", [batch(pa.array([2]))], headers=headers)
    assert answer.to_pylist() == [{"series": 0}, {"series": 1}]


def check_endless_tables_are_closed():
    with client() as connection:
        writer, reader = connection.do_exchange(descriptor("forever"), options())
        writer.begin(pa.schema([("a0", pa.int64())]))
        writer.write_batch(batch(pa.array([7])))
        assert reader.read_chunk().data.column(1)[:3].to_pylist() == [7, 8, 9]
        reader.cancel()
        try:
            writer.close()
        except flight.FlightCancelledError:
            pass


def check_tables_that_break():
    refused(INVALID, "ValueError: broken", lambda: exchange("breaks", [batch(pa.array([1]))]))


# Errors


def check_errors_of_functions():
    text = refused(INVALID, "negative input: -1", lambda: call("fails", pa.array([1, -1])))
    assert "row 1" in text and "Traceback" not in text, text


def check_long_errors():
    text = refused(INVALID, "ValueError: ä%", lambda: call("fails_at_length", pa.array([1])))
    assert len(text.encode()) < 12_000, len(text)


def check_wrong_arguments():
    refused(INVALID, "takes 2 columns", lambda: call("gcd", pa.array([1])))
    refused(INVALID, "takes an integer column", lambda: call("gcd", pa.array([1]), pa.array(["a"])))
    refused(INVALID, "builtin_echo takes", lambda: call("builtin_echo", pa.array([1])))


def check_timeouts_of_functions():
    refused(flight.FlightTimedOutError, "0.2", lambda: call("too_slow", pa.array([1])))


def check_deadlines_of_clients():
    refused(flight.FlightTimedOutError, "", lambda: call("sleeps", pa.array([601.0]), timeout=0.5))


# Shapes of requests, byte by byte


def data(message, body=b""):
    """FlightData of an encapsulated IPC message."""
    return field(2, message) + (field(1000, body) if body else b"")


def ipc_messages(schema, batches):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema) as writer:
        for item in batches:
            writer.write_batch(item)
    messages = []
    for message in pa.ipc.MessageReader.open_stream(sink.getvalue()):
        messages.append((message.metadata.to_pybytes(), message.body.to_pybytes() if message.body else b""))
    return messages


def no_columns(rows):
    return pa.RecordBatch.from_struct_array(pa.array([{}] * rows, pa.struct([])))


def raw_call(messages, timeout=PATIENCE):
    with grpc.insecure_channel(ADDRESS) as channel:
        method = channel.stream_stream("/arrow.flight.protocol.FlightService/DoExchange")
        return list(method(iter(messages), timeout=timeout))


def raw_exchange(name, schema, batches, shape="first"):
    """The rows of each batch of the answer."""
    messages = [data(*message) for message in ipc_messages(schema, batches)]
    if shape == "first":
        messages = [path(name)] + messages
    elif shape == "every":
        messages = [path(name) + message for message in messages]
    else:
        messages = [path(name) + messages[0]] + messages[1:]
    return parsed(raw_call(messages))


def parsed(answers):
    stream = b""
    for answer in answers:
        parts = dict(fields(answer))
        header, body = parts[2], parts.get(1000, b"")
        stream += b"\xff\xff\xff\xff" + len(header).to_bytes(4, "little") + header + body
    reader = pa.ipc.open_stream(stream)
    return [item.to_pylist() for item in reader]


def fields(message):
    position = 0

    def number():
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while position < len(message):
        tag = number()
        assert tag & 7 == 2, tag
        length = number()
        yield tag >> 3, message[position:position + length]
        position += length


def check_the_three_shapes_of_requests():
    items = [batch(pa.array([4, 9]), pa.array([6, 6])), batch(pa.array([7]), pa.array([7]))]
    for shape in ("first", "every", "schema"):
        answers = raw_exchange("gcd", items[0].schema, items, shape)
        assert answers == [[{"gcd": 2}, {"gcd": 3}], [{"gcd": 7}]], (shape, answers)


def grpc_refused(code, text, messages):
    try:
        answers = raw_call(messages)
    except grpc.RpcError as error:
        assert error.code() is code, f"{error.code()}: {error.details()}"
        assert text in error.details(), error.details()
        assert len(error.details().encode()) <= 4096
        return
    raise AssertionError(f"no error but {answers}")


def check_requests_that_make_no_sense():
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    item = batch(pa.array([4]))
    schema, rows = [data(*message) for message in ipc_messages(item.schema, [item])]
    grpc_refused(invalid, "names no function", [schema])
    grpc_refused(invalid, "before the schema", [path("id_int"), rows])
    grpc_refused(invalid, "a second time", [path("id_int") + schema, schema])
    grpc_refused(invalid, "ended before its schema", [path("id_int")])
    grpc_refused(invalid, "ended before its schema", [])
    grpc_refused(invalid, "no protobuf", [b"\xff\xff\xff"])
    grpc_refused(invalid, "follow", [b"\x12\x7f\x00"])
    grpc_refused(invalid, "", [path("id_int") + field(2, b"\x00" * 40)])
    grpc_refused(invalid, "UTF-8", [field(1, b"\x08\x01" + field(3, b"\xff\xfe"))])
    metadata, body = ipc_messages(item.schema, [item])[1]
    grpc_refused(invalid, "", [path("id_int") + schema, data(metadata, body[:4])])
    # The server is as well as before.
    assert call("id_int", pa.array([1])).to_pylist() == [1]


def check_errors_are_cut_for_headers():
    item = batch(pa.array([1]))
    messages = [path("fails_at_length")] + [data(*message) for message in ipc_messages(item.schema, [item])]
    try:
        raw_call(messages)
    except grpc.RpcError as error:
        assert error.details().startswith("UDF fails_at_length failed at row 0"), error.details()[:200]
        return
    raise AssertionError("no error")


# For servers that are started in another way, or while something happens to them


def row_errors():
    schema, [answer] = exchange("fails", [batch(pa.array([1, -1, None, -2]))])
    assert answer.to_pydict() == {
        "fails": [1, None, None, None],
        "error": [None, "ValueError: negative input: -1", None, "ValueError: negative input: -2"]}, answer.to_pydict()
    schema, [answer] = exchange("fails", [batch(pa.array([1]))])
    assert answer.to_pydict() == {"fails": [1]}
    failing, fine = batch(pa.array([-1])), batch(pa.array([1]))
    schema, answers = exchange("fails", [failing, fine])
    assert [answer.num_columns for answer in answers] == [2, 2] and answers[1].column(1).null_count == 1
    refused(INVALID, "negative input: -1", lambda: exchange("fails", [fine, failing]))
    schema, answers = exchange("fails", [], schema=fine.schema)
    assert schema.names == ["fails"], schema
    refused(INVALID, "negative input: -1", lambda: exchange(
        "fails", [failing], headers=[(b"x-databend-function-handler", b"fails")]))


def too_large(limit):
    """A message above the server's limit."""
    item = batch(pa.array(range(400_000)))
    messages = [path("id_int")] + [data(*message) for message in ipc_messages(item.schema, [item])]
    grpc_refused(grpc.StatusCode.RESOURCE_EXHAUSTED, f"the limit of {limit} bytes", messages)


def gives(name, expected, *arguments):
    """Calls a function with whole numbers."""
    answer = call(name, *(pa.array([int(argument)]) for argument in arguments)).to_pylist()
    assert answer == [json.loads(expected)], answer


def gives_many(name, batches):
    """Calls a function with batches of many rows, which it must give back."""
    rows = batch(pa.array(range(60)))
    schema, answers = exchange(name, [rows] * int(batches))
    assert [answer.column(0) for answer in answers] == [rows.column(0)] * int(batches), answers


def traced(traceparent):
    """Two batches of a stream that belongs to a trace."""
    schema, answers = exchange(
        "f", [batch(pa.array([1])), batch(pa.array([2]))], headers=[(b"traceparent", traceparent.encode())])
    assert [answer.column(0).to_pylist() for answer in answers] == [[2], [3]], answers


def fails_with(text, name, *arguments):
    """Calls a function with whole numbers, which must fail with an error of gRPC or Flight."""
    try:
        answer = call(name, *(pa.array([int(argument)]) for argument in arguments))
    except Exception as error:
        assert text in f"{type(error).__name__}: {error}", f"{type(error).__name__}: {error}"
        return
    raise AssertionError(f"no error but {answer}")


def sleeps(seconds):
    """Says "begun" when a call runs, and "answered" when it has its answer."""
    with client() as connection:
        writer, reader = connection.do_exchange(descriptor("sleeps"), options())
        writer.begin(pa.schema([("a0", pa.float64())]))
        writer.write_batch(batch(pa.array([float(seconds)])))
        assert reader.schema
        print("begun", flush=True)
        try:
            assert reader.read_chunk().data.column(0).to_pylist() == [float(seconds)]
            writer.done_writing()
            writer.close()
            print("answered", flush=True)
        except Exception as error:
            print(f"ended with {type(error).__name__}: {error}", flush=True)


def idle():
    waits_for_end("id_int")


def waits_for_end(name):
    """A call that is answered once, and then waits."""
    with client() as connection:
        writer, reader = connection.do_exchange(descriptor(name), options())
        writer.begin(pa.schema([("a0", pa.int64())]))
        writer.write_batch(batch(pa.array([1])))
        assert reader.read_chunk().data.column(0).to_pylist() == [1]
        print("answered once", flush=True)
        try:
            reader.read_chunk()
        except Exception as error:
            print(f"ended with {type(error).__name__}: {error}", flush=True)


def unread_table():
    """An endless table whose rows are not read."""
    with client() as connection:
        writer, reader = connection.do_exchange(descriptor("forever"), options())
        writer.begin(pa.schema([("a0", pa.int64())]))
        writer.write_batch(batch(pa.array([0])))
        assert reader.schema
        print("begun", flush=True)
        threading.Event().wait(PATIENCE)


def many_at_once(count):
    """As many calls at the same time, each with a connection; prints how they ended."""
    ends, lock = {}, threading.Lock()

    def one():
        try:
            end = str(call("sleeps", pa.array([0.3])).to_pylist())
        except Exception as error:
            end = type(error).__name__
        with lock:
            ends[end] = ends.get(end, 0) + 1

    threads = [threading.Thread(target=one) for _ in range(int(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    print(json.dumps(ends, sort_keys=True), flush=True)


def health(service):
    """Prints the status that the standard service of health has for a name, as a number of its protocol."""
    with grpc.insecure_channel(ADDRESS) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        try:
            print(f"status {check(field(1, service.encode()) if service else b'', timeout=PATIENCE).hex()}", flush=True)
        except grpc.RpcError as error:
            print(f"status {error.code().name}", flush=True)


def run(name, *values):
    try:
        globals()[name](*values)
        print(f"ok {name}", flush=True)
        return True
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        print(f"FAIL {name}: {type(error).__name__}: {str(error)[:1500]} ({where.lineno}: {where.line})", flush=True)
        return False


def main():
    if len(sys.argv) > 2:
        results = [run(*sys.argv[2:])]
    else:
        results = [run(name) for name in list(globals()) if name.startswith("check_")]
    sys.exit(0 if all(results) else 1)


main()
