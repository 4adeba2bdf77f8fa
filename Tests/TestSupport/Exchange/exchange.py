"""The other side of the exchange tests: PyArrow, in a process of its own.

    exchange.py generate SEED COUNT [python] OUTPUT
                                              random arrays, as the C Data Interface shows them, and their values; with
                                              "python" such as Python's own types can hold
    exchange.py check INPUT OUTPUT            rebuilds such arrays, validates them and reads their values

The C structs travel as JSON, memory in hexadecimal. Values are written so that both sides can compare them exactly:
null, text, or a list of values; numbers are text, floating-point numbers the bits of a double.
"""

import ctypes
import gc
import json
import random
import struct
import sys
import warnings

import numpy


class NoPandas:
    """With pandas PyArrow gives moments of its classes, which are not what both sides show."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "pandas":
            raise ImportError("not here")


sys.meta_path.insert(0, NoPandas)

import pyarrow as pa

sys.dont_write_bytecode = True

from shown import shown


class Schema(ctypes.Structure):
    pass


class Array(ctypes.Structure):
    pass


SchemaRelease = ctypes.CFUNCTYPE(None, ctypes.POINTER(Schema))
ArrayRelease = ctypes.CFUNCTYPE(None, ctypes.POINTER(Array))

Schema._fields_ = [
    ("format", ctypes.c_char_p), ("name", ctypes.c_char_p), ("metadata", ctypes.c_void_p), ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64), ("children", ctypes.POINTER(ctypes.POINTER(Schema))),
    ("dictionary", ctypes.POINTER(Schema)), ("release", SchemaRelease), ("private_data", ctypes.c_void_p)]
Array._fields_ = [
    ("length", ctypes.c_int64), ("null_count", ctypes.c_int64), ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64), ("n_children", ctypes.c_int64), ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(Array))), ("dictionary", ctypes.POINTER(Array)),
    ("release", ArrayRelease), ("private_data", ctypes.c_void_p)]

# --- Random arrays ---------------------------------------------------------------------------------------------------

# Whether values are such as Python's own types can hold.
FOR_PYTHON = "python" in sys.argv[4:5]

# As a writer of JSON writes them, and different from all texts below.
JSON = ['{"a":[1,2.5,null]}', '"zwölf"', "[]", "-0.5", "true", '{"b":{"c":""}}']
TEXT = ["", "a", "zwölf", "twelve bytes", "thirteen byte", "🥚" * 9, "nul \0 inside", "x" * 70]
LEAVES = [
    pa.null(), pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(),
    pa.uint64(), pa.float16(), pa.float32(), pa.float64(), pa.decimal128(38, 0), pa.decimal128(9, 4),
    pa.decimal128(5, -2), pa.decimal256(76, 10), pa.decimal256(20, 2), pa.date32(), pa.date64(), pa.time32("s"),
    pa.time32("ms"), pa.time64("us"), pa.time64("ns"), pa.timestamp("s"), pa.timestamp("ms", "UTC"),
    pa.timestamp("us", "Europe/Zurich"), pa.timestamp("ns", "+01:30"), pa.duration("s"), pa.duration("ms"),
    pa.duration("us"), pa.duration("ns"), pa.month_day_nano_interval(), pa.string(), pa.large_string(),
    pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(0), pa.binary(5), pa.uuid(),
    pa.json_(pa.string()), pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.uint32(), pa.int64(), ordered=True),
    pa.dictionary(pa.int64(), pa.decimal128(9, 4))]
NESTED = ["list", "large_list", "fixed_size_list", "list_view", "large_list_view", "struct", "map", "dictionary"]


def random_type(rng, kind, depth):
    def child():
        return random_type(rng, rng.choice(LEAVES if depth >= 3 or rng.random() < 0.5 else NESTED), depth + 1)

    if not isinstance(kind, str):
        return kind
    if kind == "struct":
        return pa.struct([
            pa.field(f"f{index}", child(), metadata={"k": "v", "ü": ""} if rng.random() < 0.2 else None)
            for index in range(rng.randrange(1 if FOR_PYTHON else 0, 4))])
    if kind == "map":
        return pa.map_(rng.choice([pa.string(), pa.int32(), pa.string_view()]), child(), rng.random() < 0.3)
    if kind == "dictionary":
        return pa.dictionary(rng.choice([pa.int16(), pa.uint8()]), child())
    if kind == "fixed_size_list":
        return pa.list_(child(), rng.randrange(1, 4))  # PyArrow divides by a size of 0.
    return {"list": pa.list_, "large_list": pa.large_list, "list_view": pa.list_view,
            "large_list_view": pa.large_list_view}[kind](child())


def build(rng, type, count, nulls=True):
    """An array of that type and size, mostly a slice of a larger one."""
    before, after = (rng.randrange(10), rng.randrange(10)) if rng.random() < 0.7 else (0, 0)
    return whole(rng, type, before + count + after, nulls and rng.random() < 0.7).slice(before, count)


def whole(rng, type, count, nulls):
    absent = [nulls and rng.random() < 0.3 for _ in range(count)]
    mask = pa.array(absent, pa.bool_()) if nulls else None
    if isinstance(type, pa.BaseExtensionType):
        storage = whole(rng, type.storage_type, count, nulls)
        if FOR_PYTHON and type.extension_name == "arrow.json":
            storage = pa.array([None if gone else rng.choice(JSON) for gone in absent], type.storage_type)
        return pa.ExtensionArray.from_storage(type, storage)
    if pa.types.is_null(type):
        return pa.nulls(count)
    if pa.types.is_struct(type):
        if type.num_fields == 0:
            return pa.array([None if gone else {} for gone in absent], type)
        return pa.StructArray.from_arrays(
            [build(rng, field.type, count) for field in type], fields=list(type), mask=mask)
    if pa.types.is_dictionary(type):
        values = build(rng, type.value_type, rng.randrange(1, 9))
        indices = pa.array([None if gone else rng.randrange(len(values)) for gone in absent], type.index_type)
        return pa.DictionaryArray.from_arrays(indices, values, ordered=type.ordered)
    if pa.types.is_fixed_size_list(type):
        return pa.FixedSizeListArray.from_arrays(
            build(rng, type.value_type, count * type.list_size), type=type, mask=mask)
    if pa.types.is_list_view(type) or pa.types.is_large_list_view(type):
        values = build(rng, type.value_type, rng.randrange(30))
        starts = [rng.randint(0, len(values)) for _ in range(count)]
        sizes = [rng.randint(0, min(4, len(values) - start)) for start in starts]
        large = pa.types.is_large_list_view(type)
        (cls, offset) = (pa.LargeListViewArray, pa.int64()) if large else (pa.ListViewArray, pa.int32())
        return cls.from_arrays(pa.array(starts, offset), pa.array(sizes, offset), values, type=type, mask=mask)
    if pa.types.is_list(type) or pa.types.is_large_list(type) or pa.types.is_map(type):
        ends = [0]
        for gone in absent:
            ends.append(ends[-1] + (0 if gone else rng.randrange(4)))
        if pa.types.is_map(type):
            return pa.MapArray.from_arrays(
                pa.array(ends, pa.int32()), build(rng, type.key_type, ends[-1], nulls=False),
                build(rng, type.item_type, ends[-1]), type=type, mask=mask)
        large = pa.types.is_large_list(type)
        (cls, offset) = (pa.LargeListArray, pa.int64()) if large else (pa.ListArray, pa.int32())
        return cls.from_arrays(
            pa.array(ends, offset), build(rng, type.value_type, ends[-1]), type=type, mask=mask)
    return pa.array([None if gone else random_value(rng, type) for gone in absent], type)


def random_value(rng, type):
    name = str(type)
    if pa.types.is_boolean(type):
        return rng.random() < 0.5
    if pa.types.is_integer(type):
        low, high = (-(1 << type.bit_width - 1), 1 << type.bit_width - 1)
        if name.startswith("u"):
            low, high = 0, 1 << type.bit_width
        return rng.choice([low, high - 1, 0, rng.randrange(low, high)])
    if pa.types.is_floating(type):
        value = rng.choice([0.0, -0.0, float("inf"), float("-inf"), float("nan"), rng.uniform(-1000, 1000)])
        return numpy.float16(value) if pa.types.is_float16(type) else value
    if pa.types.is_decimal(type):
        import decimal
        digits = rng.choice([0, 10 ** type.precision - 1, rng.randrange(10 ** type.precision)]) * rng.choice([1, -1])
        return decimal.Decimal((0 if digits >= 0 else 1, tuple(map(int, str(abs(digits)))), -type.scale))
    if pa.types.is_date64(type):
        return rng.randrange(-10_000, 30_000) * 86_400_000
    if pa.types.is_date32(type):
        return rng.randrange(-10_000, 30_000)
    if pa.types.is_time(type):
        return whole_microseconds(type, rng.randrange(86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[type.unit]))
    if FOR_PYTHON and (pa.types.is_timestamp(type) or pa.types.is_duration(type)):
        # The years 1684 to 2255, which every unit can count; the edges are for others to test.
        second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[type.unit]
        return whole_microseconds(type, rng.choice([0, -1, rng.randrange(-9 * 10**9 * second, 9 * 10**9 * second)]))
    if pa.types.is_timestamp(type) or pa.types.is_duration(type):
        return rng.choice([0, -1, (1 << 62) - 1, rng.randrange(1 << 40)])
    if pa.types.is_interval(type):
        return pa.MonthDayNano([rng.randrange(-99, 99), rng.randrange(-99, 99), rng.randrange(-(1 << 60), 1 << 60)])
    text = rng.choice(TEXT) + str(rng.randrange(1000))
    if pa.types.is_fixed_size_binary(type):
        return rng.randbytes(type.byte_width)
    return text if "string" in name else text.encode() + b"\xff"


def whole_microseconds(type, value):
    return value // 1000 * 1000 if FOR_PYTHON and type.unit == "ns" else value


# --- Values ----------------------------------------------------------------------------------------------------------


def values_of(array):
    return [value_of(scalar) for scalar in array]


def shown_values(array):
    # A key of a map that occurs twice keeps its last value, of which PyArrow warns.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [shown(parsed(value)) for value in array.to_pylist(maps_as_pydicts="lossy")]


def parsed(value):
    """The value with JSON parsed, which PyArrow leaves as text."""
    if isinstance(value, dict):
        return {key: parsed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [parsed(item) for item in value]
    return json.loads(value) if isinstance(value, str) and value in JSON else value


def value_of(scalar):
    type = scalar.type
    if isinstance(type, pa.BaseExtensionType):
        return value_of(scalar.value) if scalar.is_valid else None
    if not scalar.is_valid:
        return None
    if pa.types.is_dictionary(type):
        return value_of(scalar.value)
    if pa.types.is_struct(type):
        return [value_of(scalar[index]) for index in range(type.num_fields)]
    if pa.types.is_nested(type):
        return values_of(scalar.values)
    if pa.types.is_date(type) or pa.types.is_time(type) or pa.types.is_timestamp(type) or pa.types.is_duration(type):
        return str(scalar.value)
    value = scalar.as_py()
    if pa.types.is_decimal(type):
        sign, digits, _ = value.as_tuple()
        return str((-1 if sign else 1) * int("".join(map(str, digits))))
    if pa.types.is_interval(type):
        return f"{value.months} {value.days} {value.nanoseconds}"
    if pa.types.is_boolean(type):
        return "true" if value else "false"
    if pa.types.is_floating(type):
        return "nan" if value != value else struct.pack(">d", float(value)).hex()
    if isinstance(value, str):
        return value.encode().hex()
    return value.hex() if isinstance(value, bytes) else str(value)


# --- C structs to JSON -----------------------------------------------------------------------------------------------


def dump_schema(schema):
    return {
        "format": schema.format.decode(), "name": (schema.name or b"").decode(), "flags": schema.flags,
        "metadata": memory(schema.metadata, metadata_size(schema.metadata)) if schema.metadata else None,
        "children": [dump_schema(schema.children[index][0]) for index in range(schema.n_children)],
        "dictionary": dump_schema(schema.dictionary[0]) if schema.dictionary else None}


def dump_array(array, schema):
    sizes = buffer_sizes(array, schema.format.decode())
    assert len(sizes) == array.n_buffers, (schema.format, sizes, array.n_buffers)
    return {
        "length": array.length, "null_count": array.null_count, "offset": array.offset,
        "buffers": [memory(array.buffers[index], size) for index, size in enumerate(sizes)],
        "children": [
            dump_array(array.children[index][0], schema.children[index][0]) for index in range(array.n_children)],
        "dictionary": dump_array(array.dictionary[0], schema.dictionary[0]) if array.dictionary else None}


def buffer_sizes(array, format):
    """What the specification says that the buffers of an array have; the interface does not tell sizes."""
    end = array.length + array.offset
    bits = (end + 7) // 8
    widths = {"c": 1, "C": 1, "s": 2, "S": 2, "e": 2, "i": 4, "I": 4, "f": 4, "l": 8, "L": 8, "g": 8,
              "tdD": 4, "tdm": 8, "tts": 4, "ttm": 4, "ttu": 8, "ttn": 8, "tiM": 4, "tiD": 8, "tin": 16}

    def last(width):
        if not array.buffers[1]:
            return 0
        return int.from_bytes(ctypes.string_at(array.buffers[1] + end * width, width), "little")

    if format == "n":
        return []
    if format == "b":
        return [bits, bits]
    if format in ("u", "z"):
        return [bits, (end + 1) * 4, last(4)]
    if format in ("U", "Z"):
        return [bits, (end + 1) * 8, last(8)]
    if format in ("vu", "vz"):
        count = array.n_buffers - 3
        sizes = ctypes.cast(array.buffers[count + 2], ctypes.POINTER(ctypes.c_int64))
        return [bits, end * 16] + [sizes[index] for index in range(count)] + [count * 8]
    if format in ("+l", "+m"):
        return [bits, (end + 1) * 4]
    if format == "+L":
        return [bits, (end + 1) * 8]
    if format in ("+vl", "+vL"):
        return [bits] + [end * (4 if format == "+vl" else 8)] * 2
    if format == "+s" or format.startswith("+w:"):
        return [bits]
    if format.startswith("w:"):
        return [bits, end * int(format[2:])]
    if format.startswith("d:"):
        return [bits, end * (32 if format.endswith(",256") else 16)]
    return [bits, end * (8 if format[:2] in ("ts", "tD") else widths[format])]


def metadata_size(address):
    def size_at(position):
        return int.from_bytes(ctypes.string_at(address + position, 4), "little")

    position = 4
    for _ in range(2 * size_at(0)):
        position += 4 + size_at(position)
    return position


def memory(address, size):
    return ctypes.string_at(address, size).hex() if address else None


# --- JSON to C structs -----------------------------------------------------------------------------------------------

KEPT = []
RELEASED = []


@SchemaRelease
def release_schema(schema):
    schema[0].release = SchemaRelease()


@ArrayRelease
def release_array(array):
    RELEASED.append(array[0].private_data)
    array[0].release = ArrayRelease()


def kept(value):
    KEPT.append(value)
    return value


def aligned(text):
    content = bytes.fromhex(text)
    area = kept(ctypes.create_string_buffer(len(content) + 128))
    address = (ctypes.addressof(area) + 63) // 64 * 64
    ctypes.memmove(address, content, len(content))
    return address


def make_schema(json):
    schema = kept(Schema(
        format=json["format"].encode(), name=json["name"].encode(), flags=json["flags"],
        metadata=aligned(json["metadata"]) if json.get("metadata") else None, n_children=len(json["children"]),
        release=release_schema))
    schema.children = pointers(Schema, [make_schema(child) for child in json["children"]])
    if json.get("dictionary"):
        schema.dictionary = ctypes.pointer(make_schema(json["dictionary"]))
    return schema


def make_array(json):
    buffers = json["buffers"]
    array = kept(Array(
        length=json["length"], null_count=json["null_count"], offset=json["offset"], n_buffers=len(buffers),
        n_children=len(json["children"]), release=release_array, private_data=len(KEPT)))
    array.buffers = kept((ctypes.c_void_p * len(buffers))(
        *[None if buffer is None else aligned(buffer) for buffer in buffers]))
    array.children = pointers(Array, [make_array(child) for child in json["children"]])
    if json.get("dictionary"):
        array.dictionary = ctypes.pointer(make_array(json["dictionary"]))
    return array


def pointers(cls, structs):
    return kept((ctypes.POINTER(cls) * len(structs))(*[ctypes.pointer(item) for item in structs]))


# --- Commands --------------------------------------------------------------------------------------------------------


def generate(seed, count):
    rng = random.Random(seed)
    cases = []
    kinds = LEAVES + NESTED
    for index in range(count):
        type = random_type(rng, kinds[index % len(kinds)], 0 if index % 2 else 1)
        source = build(rng, type, rng.choice([0, 1, 7, 8, 9, 33]))
        source.validate(full=True)
        schema, array = Schema(), Array()
        source._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
        cases.append({
            "type": str(type), "schema": dump_schema(schema), "array": dump_array(array, schema),
            "values": values_of(source), "shown": shown_values(source) if FOR_PYTHON else None})
        array.release(array)
        schema.release(schema)
    return cases


def check(cases):
    results = []
    for case in cases:
        schema, array = make_schema(case["schema"]), make_array(case["array"])
        identity = array.private_data
        try:
            imported = pa.Array._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))
            imported.validate(full=True)
            results.append({"type": str(imported.type), "values": values_of(imported)})
            del imported
        except Exception as error:
            results.append({"error": f"{type(error).__name__}: {error}"})
        gc.collect(0)
        results[-1]["releases"] = RELEASED.count(identity)
    return results


def main():
    if sys.argv[1] == "generate":
        result = generate(int(sys.argv[2]), int(sys.argv[3]))
    else:
        with open(sys.argv[2]) as file:
            result = check(json.load(file))
    with open(sys.argv[-1], "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
