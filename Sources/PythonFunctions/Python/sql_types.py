"""Reads and writes the names of SQL types.

A type is a plain dictionary such as {"kind": "list", "element": {"kind": "int32"}}.
"""

from _clutch_sql_names import DIALECTS, FIRST_WORDS, INTEGERS, KINDS, LISTS, STRUCTS, TIMESTAMPS, unsigned
from _clutch_sql_tokens import Tokens
from clutch import SignatureError

# Types within types, beyond which a text is refused: Python's own stack is not deep.
MAXIMUM_DEPTH = 64
_EXPECTED = (
    "expected a type such as INT, BIGINT, DOUBLE, DECIMAL(10, 2), BOOLEAN, VARCHAR, BLOB, DATE, TIME, TIMESTAMP, "
    "INTERVAL, UUID, JSON, T[], MAP(K, V), STRUCT(a T, b T) or ENUM('a', 'b')"
)
_INTERVAL_UNITS = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"}


def parse(text, dialect=None):
    """The type that a SQL type name stands for.

    dialect: "arrow_udf", "databend", "duckdb", "postgresql", "risingwave" or "snowflake", for the few names that do
    not mean the same everywhere. Without one INT8 has 8 bytes, and FLOAT, too, has 8.
    Raises SignatureError for anything else.
    """
    tokens = Tokens(text, "SQL type")
    result = TypeReader(tokens, dialect).read()
    if tokens.kind != "end":
        tokens.fail("expected nothing more after the type")
    return result


class TypeReader:
    """Reads types from tokens; one that stands within a longer text is left there at its end."""

    def __init__(self, tokens, dialect=None):
        if dialect is not None and dialect not in DIALECTS:
            raise SignatureError(f"there is no SQL dialect {dialect!r}; there are {', '.join(sorted(DIALECTS))}")
        self._tokens = tokens
        self._is_snowflake = dialect == "snowflake"
        self._names = {**KINDS, **DIALECTS.get(dialect, {})}

    def read(self):
        return self._type(1)[0]

    def columns(self):
        """The columns of TABLE(a INT, b INT), as a struct."""
        if self._tokens.sign(1) != "(":
            self._tokens.fail("expected the columns after TABLE, as in TABLE (a INT, b INT)")
        return self._struct(1)[0]

    def name(self):
        """The name before a type, as of a field, or None if the type itself is next."""
        tokens = self._tokens
        if tokens.kind == "name":
            return self._named()
        following = tokens.word(1)
        if tokens.sign(1) == ":" and tokens.word():
            return self._named()
        # Of two types in a row the first is a name, as in "date DATE"; but "INT NULL" is a type.
        if following in FIRST_WORDS and not (following == "NULL" and tokens.word() in FIRST_WORDS):
            return tokens.take()
        if following and tokens.word() not in FIRST_WORDS:
            return tokens.take()
        return None

    def _named(self):
        name = self._tokens.take()
        self._tokens.accept(":")
        return name

    def _type(self, depth):
        """A type, and how many levels of types it has."""
        if depth > MAXIMUM_DEPTH:
            self._tokens.fail(f"types are nested at most {MAXIMUM_DEPTH} levels deep")
        result, height = self._base(depth)
        tokens = self._tokens
        while True:
            if tokens.accept("["):
                height += 1
                if depth + height > MAXIMUM_DEPTH + 1:
                    tokens.fail(f"types are nested at most {MAXIMUM_DEPTH} levels deep")
                if tokens.kind == "number":
                    tokens.take()  # a list of a fixed length is a list
                tokens.expect("]", "after '['")
                result = {"kind": "list", "element": result}
            # Whether a value may be null is not part of a type here: every value may.
            elif not tokens.accept("NOT", "NULL") and not tokens.accept("NULL"):
                return result, height

    def _base(self, depth):
        tokens = self._tokens
        word = tokens.word()
        opening = tokens.sign(1) if tokens.sign(1) in ("(", "<") else ""
        if opening and word in STRUCTS:
            return self._struct(depth)
        if opening and word in LISTS:
            inner, height = self._inner(1, depth)
            return {"kind": "list", "element": inner[0]}, height
        if opening and word == "MAP":
            (key, value), height = self._inner(2, depth)
            return {"kind": "map", "key": key, "value": value}, height
        if opening and word == "NULLABLE":
            inner, height = self._inner(1, depth)
            return inner[0], height - 1
        if word == "MAP" or word in STRUCTS - {"OBJECT"} or word == "LIST":
            tokens.take()
            tokens.fail(f"expected '(' or '<' with the types within after {word}")
        return self._simple(word), 1

    def _inner(self, count, depth):
        """The types in the brackets after a word, and the levels of the whole."""
        tokens = self._tokens
        word = tokens.take().upper()
        closing = ")" if tokens.take() == "(" else ">"
        types, heights = [], []
        for index in range(count):
            if index:
                tokens.expect(",", f"between the types within {word}")
            inner, height = self._type(depth + 1)
            types.append(inner)
            heights.append(height)
        if word == "ARRAY" and tokens.accept(","):
            tokens.number("the length of the array", 1, 999_999_999)
        tokens.expect(closing, f"after the type{'s' * (count > 1)} within {word}")
        return types, 1 + max(heights)

    def _struct(self, depth):
        tokens = self._tokens
        tokens.take()
        closing = ")" if tokens.take() == "(" else ">"
        fields, seen, highest = [], set(), 0
        while not (fields and tokens.accept(closing)):
            name = self.name()
            inner, height = self._type(depth + 1)
            name = name if name is not None else f"f{len(fields) + 1}"
            if name.lower() in seen:
                tokens.fail(f"the field '{name}' is there already")
            seen.add(name.lower())
            highest = max(highest, height)
            fields.append({"name": name, "type": inner})
            # The SDK of RisingWave takes a comma after the last field.
            if not tokens.accept(",") and tokens.sign() != closing:
                tokens.fail(f"expected ',' or '{closing}' after the field '{name}'")
        return struct(fields), 1 + highest

    def _simple(self, word):
        tokens = self._tokens
        if word in TIMESTAMPS:
            return self._timestamp()
        if word == "ENUM":
            return self._enum()
        if word == "ARRAY":
            tokens.take()
            return {"kind": "json"}
        kind = self._names.get(word)
        if kind is None:
            tokens.fail(_EXPECTED)
        tokens.take()
        if word in INTEGERS:
            return {"kind": self._integer(word, kind)}
        if kind == "decimal":
            return self._decimal()
        if kind in ("str", "bytes"):
            tokens.accept("VARYING")
            self._optional("the length", 1, 999_999_999)
        elif word == "DOUBLE":
            tokens.accept("PRECISION")
        elif word == "FLOAT":
            digits = self._optional("the precision in bits", 1, 53)
            if digits is not None and not self._is_snowflake:
                kind = "float32" if digits <= 24 else "float"
        elif kind == "time":
            self._optional("the precision", 0, 9)
            if not tokens.accept("WITHOUT", "TIME", "ZONE") and tokens.word() == "WITH":
                tokens.fail("times of day have no time zone here; use TIME")
        elif kind == "interval":
            self._interval()
        return {"kind": kind}

    def _integer(self, word, kind):
        if self._tokens.word() == "UNSIGNED":
            kind = unsigned(word)
            if kind is None:
                self._tokens.fail(f"{word} has no unsigned form")
            self._tokens.take()
        return kind

    def _optional(self, what, least, most):
        """The number in parentheses after a name, if there is one."""
        if not self._tokens.accept("("):
            return None
        value = self._tokens.number(what, least, most)
        self._tokens.expect(")", f"after {what}")
        return value

    def _decimal(self):
        tokens = self._tokens
        precision, scale = None, 0
        if tokens.accept("("):
            precision = tokens.number("the precision", 1, 38)
            if tokens.accept(","):
                scale = tokens.number("the scale", 0, precision)
            tokens.expect(")", "after the precision and the scale")
        if self._is_snowflake and scale == 0:  # whose handlers get an int
            return {"kind": "int" if (precision or 38) <= 18 else "int128"}
        return {"kind": "decimal"} if precision is None else decimal(precision, scale)

    def _timestamp(self):
        tokens = self._tokens
        name = tokens.take().upper()
        unit, zone = TIMESTAMPS[name]
        if unit == "us" and name != "TIMESTAMP_US":
            digits = self._optional("the precision", 0, 9)
            unit = unit if digits is None else ("s", "ms", "us", "ns")[(digits + 2) // 3]
        if name in ("TIMESTAMP", "DATETIME") and not tokens.accept("WITHOUT", "TIME", "ZONE"):
            if tokens.accept("WITH", "TIME", "ZONE") or tokens.accept("WITH", "LOCAL", "TIME", "ZONE"):
                zone = "UTC"
        return {"kind": "timestamp", "unit": unit, "timeZone": zone}

    def _interval(self):
        """The fields that an interval is made for, as in INTERVAL DAY TO SECOND, say nothing about its values."""
        if self._tokens.word() in _INTERVAL_UNITS:
            self._tokens.take()
            if self._tokens.accept("TO") and self._tokens.take().upper() not in _INTERVAL_UNITS:
                self._tokens.back()
                self._tokens.fail(f"expected one of {', '.join(sorted(_INTERVAL_UNITS))}")
        self._optional("the precision", 0, 9)

    def _enum(self):
        tokens = self._tokens
        tokens.take()
        tokens.expect("(", "with the values after ENUM")
        values = []
        while True:
            if tokens.kind != "text":
                tokens.fail("expected a value of the ENUM in single quotes")
            value = tokens.take()
            if value in values:
                tokens.back()
                tokens.fail("the value is there already")
            values.append(value)
            if not tokens.accept(","):
                tokens.expect(")", "after the values of the ENUM")
                return {"kind": "enum", "values": values}


def decimal(precision, scale):
    return {"kind": "decimal", "precision": precision, "scale": scale}


def struct(fields):
    """A struct that no Python class stands for."""
    return {"kind": "struct", "name": "STRUCT", "fields": fields, "class": None, "form": "record"}
