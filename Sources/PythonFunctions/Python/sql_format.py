"""Writes types as SQL names that `sql_types.parse` reads back, for messages."""

_NAMES = {
    "any": "ANY",
    "null": "NULL",
    "bool": "BOOLEAN",
    "int": "BIGINT",
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INT",
    "int128": "HUGEINT",
    "uint8": "UTINYINT",
    "uint16": "USMALLINT",
    "uint32": "UINTEGER",
    "uint64": "UBIGINT",
    "float": "DOUBLE",
    "float32": "REAL",
    "str": "VARCHAR",
    "bytes": "BLOB",
}


def format(type):
    """The SQL name of a type. A zone other than UTC, and the kinds that SQL does not know, are not read back."""
    kind = type["kind"]
    if kind == "list":
        return f"{format(type['element'])}[]"
    if kind == "map":
        return f"MAP({format(type['key'])}, {format(type['value'])})"
    if kind == "struct":
        return f"STRUCT({', '.join(_quoted(field['name']) + ' ' + format(field['type']) for field in type['fields'])})"
    if kind == "enum":
        values = (value.replace("'", "''") for value in type["values"])
        return "ENUM(" + ", ".join(f"'{value}'" for value in values) + ")"
    if kind == "decimal":
        return f"DECIMAL({type['precision']}, {type['scale']})" if type.get("precision") else "DECIMAL"
    if kind == "timestamp":
        return _timestamp(type["unit"], type["timeZone"])
    return _NAMES.get(kind, kind.upper())


def _timestamp(unit, zone):
    if zone is None:
        return "TIMESTAMP" if unit == "us" else f"TIMESTAMP_{unit.upper()}"
    digits = {"s": "(0)", "ms": "(3)", "us": "", "ns": "(9)"}[unit]
    return f"TIMESTAMPTZ{digits}"


def _quoted(name):
    """A field's name; in quotes unless it is plain, because types are names too."""
    return '"' + name.replace('"', '""') + '"'
