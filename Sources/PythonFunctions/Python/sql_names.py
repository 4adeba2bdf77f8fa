"""The names of SQL types, as RisingWave, Databend, Snowflake, DuckDB and PostgreSQL write them."""

_SIGNED = {1: "int8", 2: "int16", 4: "int32", 8: "int", 16: "int128"}
_UNSIGNED = {1: "uint8", 2: "uint16", 4: "uint32", 8: "uint64"}

# Widths in bytes. INT1 to INT8 count bytes and the others bits; only INT8 is both, see DIALECTS.
INTEGERS = {
    "TINYINT": 1, "INT1": 1, "BYTEINT": 1,
    "SMALLINT": 2, "INT2": 2, "INT16": 2, "SHORT": 2,
    "INT": 4, "INTEGER": 4, "INT4": 4, "INT32": 4, "SIGNED": 4,
    "BIGINT": 8, "INT8": 8, "INT64": 8, "LONG": 8,
    "HUGEINT": 16, "INT128": 16,
}  # fmt: skip

_KINDS = {
    "any": "ANY",
    "null": "NULL",
    "bool": "BOOLEAN BOOL LOGICAL",
    "uint8": "UTINYINT UINT8",
    "uint16": "USMALLINT UINT16",
    "uint32": "UINTEGER UINT32",
    "uint64": "UBIGINT UINT64",
    "float32": "REAL FLOAT4 FLOAT32",
    # FLOAT has 4 bytes in some systems and 8 in others: what has 8 holds both. See DIALECTS.
    "float": "DOUBLE FLOAT FLOAT8 FLOAT64",
    "str": "VARCHAR TEXT STRING CHAR CHARACTER BPCHAR NVARCHAR LARGE_STRING",
    "bytes": "BLOB BYTEA BINARY VARBINARY BYTES LARGE_BINARY",
    "date": "DATE DATE32",
    "time": "TIME TIME64",
    "duration": "DURATION",
    "interval": "INTERVAL",
    "uuid": "UUID GUID",
    # Without parentheses OBJECT, and ARRAY too, is Snowflake's for JSON of that shape.
    "json": "JSON JSONB VARIANT OBJECT",
    "decimal": "DECIMAL NUMERIC NUMBER DEC",
}

# The kind of each name that needs nothing else.
KINDS = {name: kind for kind, names in _KINDS.items() for name in names.split()}
KINDS.update({name: _SIGNED[width] for name, width in INTEGERS.items()})

_TIMESTAMPS = {
    ("us", None): "TIMESTAMP DATETIME TIMESTAMP_US TIMESTAMP_NTZ TIMESTAMPNTZ",
    ("s", None): "TIMESTAMP_S",
    ("ms", None): "TIMESTAMP_MS",
    ("ns", None): "TIMESTAMP_NS",
    ("us", "UTC"): "TIMESTAMPTZ TIMESTAMP_TZ TIMESTAMP_LTZ TIMESTAMPLTZ",
    ("ns", "UTC"): "TIMESTAMPTZ_NS",
}
# Unit and zone of each name of a timestamp.
TIMESTAMPS = {name: meaning for meaning, names in _TIMESTAMPS.items() for name in names.split()}

STRUCTS = {"STRUCT", "ROW", "TUPLE", "OBJECT"}
LISTS = {"LIST", "ARRAY"}
OTHERS = {"MAP", "ENUM", "NULLABLE"}

# Every word that a type can begin with.
FIRST_WORDS = {*KINDS, *TIMESTAMPS, *STRUCTS, *LISTS, *OTHERS}

# Where a system means something else by a name.
DIALECTS = {
    # The SDK of RisingWave counts bits: INT8, INT16, INT32, INT64.
    "arrow_udf": {"INT8": "int8"},
    "databend": {"INT8": "int8", "FLOAT": "float32"},
    "duckdb": {"FLOAT": "float32"},
    "postgresql": {},
    "risingwave": {},
    # All of its integers are NUMBER(38, 0) and all of its floats have 8 bytes. 64 bits are what values have in
    # practice, and a result beyond them is refused, not wrong; NUMBER itself holds all that 128 bits do.
    "snowflake": {
        **{name: "int" for name in INTEGERS if name not in ("HUGEINT", "INT128")},
        **{name: "float" for name in ("REAL", "FLOAT4", "FLOAT32")},
    },
}


def unsigned(name):
    """The kind of "name UNSIGNED", or None."""
    return _UNSIGNED.get(INTEGERS.get(name))
