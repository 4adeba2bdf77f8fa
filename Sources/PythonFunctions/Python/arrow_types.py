"""Types of PyArrow, which is not imported for it: what a type says of itself is enough."""

from _clutch_pristine import original
from _clutch_sql_types import MAXIMUM_DEPTH, decimal, struct
from _clutch_texts import name as shown_name
from clutch import SignatureError

_KINDS = {
    "null": "null",
    "bool": "bool",
    "int8": "int8",
    "int16": "int16",
    "int32": "int32",
    "int64": "int",
    "uint8": "uint8",
    "uint16": "uint16",
    "uint32": "uint32",
    "uint64": "uint64",
    "halffloat": "float32",  # which holds every value of it
    "float": "float32",
    "double": "float",
    "string": "str",
    "large_string": "str",
    "string_view": "str",
    "binary": "bytes",
    "large_binary": "bytes",
    "binary_view": "bytes",
    "date32[day]": "date",
    "date64[ms]": "date",
    "month_day_nano_interval": "interval",
    "month_interval": "interval",
    "day_time_interval": "interval",
}
_EXTENSIONS = {
    "arrow.json": {"kind": "json"},
    "arrow.uuid": {"kind": "uuid"},
    "arrow.bool8": {"kind": "bool"},
    # What the SDK of RisingWave makes of JSON and of DECIMAL without a precision.
    "arrowudf.json": {"kind": "json"},
    "arrowudf.decimal": {"kind": "decimal"},
}
_LEAF = original("re", "compile")(
    r"(?P<decimal>decimal(?:32|64|128|256)?\((?P<precision>\d{1,3}), (?P<scale>-?\d{1,3})\))"
    r"|(?P<timestamp>timestamp\[(?P<unit>s|ms|us|ns)(?:, tz=(?P<zone>[^\]]+))?\])"
    r"|(?P<time>time(?:32|64)\[\w+\])|(?P<duration>duration\[\w+\])|(?P<bytes>fixed_size_binary\[\d+\])"
    r"|extension<(?P<extension>[\w.]+).*>"
)

_LIST = original("re", "compile")(r"(large_|fixed_size_)?list(_view)?<|large_list_view<")


def from_pyarrow(datatype):
    """The type that stands for a `pyarrow.DataType`; one with types within has the attributes that PyArrow's has.

    Raises SignatureError for a type that has no counterpart.
    """
    return _type(datatype, 1)


def _type(datatype, depth):
    text = str.__str__(str(datatype))
    if depth > MAXIMUM_DEPTH:
        raise SignatureError(f"types are nested at most {MAXIMUM_DEPTH} levels deep")
    try:
        if text in _KINDS:
            return {"kind": _KINDS[text]}
        # The contents come from attributes: in the text the names of fields are not quoted.
        if _LIST.match(text):
            return {"kind": "list", "element": _type(datatype.value_type, depth + 1)}
        if text.startswith("map<"):
            key, value = _type(datatype.key_type, depth + 1), _type(datatype.item_type, depth + 1)
            return {"kind": "map", "key": key, "value": value}
        if text.startswith("struct<"):
            fields = [datatype.field(place) for place in range(datatype.num_fields)]
            return struct([{"name": field.name, "type": _type(field.type, depth + 1)} for field in fields])
        if text.startswith(("dictionary<", "run_end_encoded<")):
            return _type(datatype.value_type, depth + 1)
    except AttributeError as error:
        raise SignatureError(f"{shown_name(text)} is no type of PyArrow: {shown_name(str(error))}") from None
    leaf = _LEAF.fullmatch(text)
    result = leaf and _leaf(leaf)
    if result is None:
        raise SignatureError(f"expected the name of a SQL type or a type of PyArrow, and {shown_name(text)} is none that is supported")
    return result


def _leaf(match):
    """The type of a text that has parameters but no types within, or None."""
    if match["decimal"]:
        precision, scale = int(match["precision"]), int(match["scale"])
        return decimal(precision, scale) if 1 <= precision <= 38 and 0 <= scale <= precision else None
    if match["timestamp"]:
        return {"kind": "timestamp", "unit": match["unit"], "timeZone": match["zone"]}
    if match["extension"]:
        return _EXTENSIONS.get(match["extension"])
    return {"kind": match.lastgroup}
