"""The other side of the tests of IPC: PyArrow, in a process of its own.

    ipc.py generate SEED COUNT OUTPUT    random streams and files in all variants of the format, and the values in them
    ipc.py dictionaries OUTPUT           streams and files with dictionaries that grow, are replaced and are shared
    ipc.py check INPUT OUTPUT            reads such streams and files, validates them and gives their values

Bytes travel as hexadecimal text in JSON, values as in exchange.py.
"""

import json
import random
import sys

import pyarrow as pa

import exchange

V4, V5 = pa.ipc.MetadataVersion.V4, pa.ipc.MetadataVersion.V5

VARIANTS = {
    "V5": {}, "V4": {"metadata_version": V4}, "lz4": {"compression": "lz4"}, "zstd": {"compression": "zstd"},
    "legacy": {"metadata_version": V4, "use_legacy_format": True}, "64 bit": {"allow_64bit": True},
    "V4 zstd": {"metadata_version": V4, "compression": "zstd"},
    "deltas": {"emit_dictionary_deltas": True}}


def written(schema, batches, form, options):
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(**options)
    make = pa.ipc.new_stream if form == "stream" else pa.ipc.new_file
    with make(sink, schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()


def described(schema, batches):
    return {
        "names": schema.names, "types": [str(field.type) for field in schema],
        "nullable": [field.nullable for field in schema],
        "metadata": {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()},
        "rowCounts": [batch.num_rows for batch in batches],
        "values": [[exchange.values_of(column) for column in batch.columns] for batch in batches]}


def case(schema, batches, form, variant):
    return {"form": form, "variant": variant, "bytes": written(schema, batches, form, VARIANTS[variant]).hex()} | described(
        schema, batches)


def generate(seed, count):
    rng = random.Random(seed)
    kinds = exchange.LEAVES + exchange.NESTED
    cases = []
    index = 0
    while len(cases) < count:
        first = kinds[index % len(kinds)]
        index += 1
        types = [exchange.random_type(rng, first, index % 2)]
        types += [exchange.random_type(rng, rng.choice(kinds), 1) for _ in range(rng.choice([0, 0, 1, 3]))]
        fields = [
            pa.field(f"c{number}", type, metadata={"k": "v", "ü": ""} if rng.random() < 0.2 else None)
            for number, type in enumerate(types)]
        schema = pa.schema(fields, metadata={"table": "metadata", "empty": ""} if rng.random() < 0.3 else None)
        form = rng.choice(["stream", "stream", "file"])
        batches = []
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            rows = rng.choice([0, 1, 7, 8, 9, 33])
            batches.append(pa.record_batch([exchange.build(rng, type, rows) for type in types], schema=schema))
        if any("values=dictionary" in str(type) or "values=extension" in str(type) for type in types):
            continue  # IPC has no such types, or PyArrow does not read what it writes of them.
        try:
            cases.append(case(schema, batches, form, rng.choice(list(VARIANTS))))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            # Files with two dictionaries for a column.
            continue
    return cases


def dictionaries():
    cases = []
    for index_type in [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]:
        for values in [["a", "bb", "zwölf"], [1, None, 3], [[1, 2], [], None], [{"a": 1}, {"a": None}], [True, False, None],
                       [b"\xff" * 20, b""], []]:
            value_array = pa.array(values)
            for shape in ["plain", "list", "struct", "sliced"]:
                rows = [index % len(values) if values and index % 4 else None for index in range(9)]
                array = pa.DictionaryArray.from_arrays(pa.array(rows, index_type), value_array)
                if shape == "list":
                    array = pa.ListArray.from_arrays(pa.array([0, 2, 2, 9], pa.int32()), array)
                elif shape == "struct":
                    array = pa.StructArray.from_arrays([array, array], ["x", "y"])
                elif shape == "sliced":
                    array = array.slice(3, 4)
                batch = pa.record_batch([array, array], ["first", "second"])
                form = "file" if len(cases) % 3 == 0 else "stream"
                cases.append(case(batch.schema, [batch, batch], form, "zstd" if len(cases) % 5 == 0 else "V5"))
    growing = [
        ["a", "b"], ["a", "b", "c" * 30], ["a", "b", "c" * 30, None, "e"], ["x"], ["x", "y"], ["a"]]
    values = {
        "string": lambda words: pa.array(words), "large": lambda words: pa.array(words, pa.large_string()),
        "view": lambda words: pa.array(words, pa.string_view()),
        "list": lambda words: pa.array([[word, word] if word else None for word in words]),
        "list view": lambda words: pa.array([[word, word] if word else None for word in words], pa.list_view(pa.string())),
        "fixed list": lambda words: pa.array([[word] if word else None for word in words], pa.list_(pa.string(), 1)),
        "struct": lambda words: pa.array([{"s": word, "n": 1.5} for word in words]),
        "map": lambda words: pa.array([[(word, 1)] if word else None for word in words], pa.map_(pa.string(), pa.int8())),
        "bool": lambda words: pa.array([word and len(word) > 1 for word in words]),
        "null": lambda words: pa.nulls(len(words)),
        "number": lambda words: pa.array([word and ord(word[0]) for word in words], pa.int16())}
    for variant in ["V5", "deltas", "lz4"]:
        for name, make in values.items():
            batches = []
            for words in growing:
                rows = [index % len(words) for index in range(5)] + [None]
                array = pa.DictionaryArray.from_arrays(pa.array(rows, pa.int8()), make(words))
                batches.append(pa.record_batch([array], ["d"]))
            cases.append(case(batches[0].schema, batches, "stream", variant))
            if variant == "deltas" and name not in ("bool", "null", "list view"):
                cases.append(case(batches[0].schema, batches[:3], "file", variant))
    return cases


def check(cases):
    results = []
    for item in cases:
        try:
            buffer = pa.py_buffer(bytes.fromhex(item["bytes"]))
            if item["form"] == "stream":
                with pa.ipc.open_stream(buffer) as reader:
                    batches, schema = list(reader), reader.schema
            else:
                with pa.ipc.open_file(buffer) as reader:
                    schema = reader.schema
                    batches = [reader.get_batch(index) for index in range(reader.num_record_batches)]
            for batch in batches:
                batch.validate(full=True)
            results.append(described(schema, batches))
        except Exception as error:
            results.append({"error": f"{type(error).__name__}: {error}"})
    return results


def main():
    if sys.argv[1] == "generate":
        result = generate(int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "dictionaries":
        result = dictionaries()
    else:
        with open(sys.argv[2]) as file:
            result = check(json.load(file))
    with open(sys.argv[-1], "w") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main()
