"""What the host asks Python for while it converts values: the few things that have no entry in the C interface."""

from _json import encode_basestring, make_encoder, make_scanner
from itertools import islice, repeat as _repeat

from _clutch_pristine import original
from _clutch_texts import shown

_datetime, _timedelta = original("datetime", "datetime"), original("datetime", "timedelta")
_timezone = original("datetime", "timezone")


def zone(name):
    """The time zone of a column, which Arrow names as the IANA database does, or as an offset such as +05:30."""
    if name.upper() in ("UTC", "Z", "ETC/UTC", "GMT", "+00:00"):
        return _timezone.utc
    try:
        if name[:1] in ("+", "-") and len(name) == 6 and name[3] == ":":
            offset = _timedelta(hours=int(name[1:3]), minutes=int(name[4:6]))
            return _timezone(-offset if name[0] == "-" else offset)
        return original("zoneinfo", "ZoneInfo")(name)
    except Exception:
        problem = f"there is no time zone named {shown(name)}; install the system's tzdata, or the Python package tzdata"
        raise ValueError(problem) from None


_makers = {}


def maker(cls, count, names):
    """A function of so many parameters that makes an object of a class of the fields of a struct.

    CPython runs the call of a class inside a function in place, in half the time that the host's call would take.
    names: those of the fields for a class that takes them by name; None for one that takes them in order.
    """
    # By identity: what a class has for its hash may be code of the file's. The function keeps the class.
    key = id(cls), count, names
    found = _makers.get(key)
    if found is None:
        values = [f"v{index}" for index in range(count)]
        named = values if names is None else [f"{name}={value}" for name, value in zip(names, values)]
        code = compile(f"lambda {', '.join(values)}: cls({', '.join(named)})", maker.__code__.co_filename, "eval")
        found = _makers[key] = eval(code, {"cls": cls})
    return found


def is_plain_tuple(cls):
    """Whether a class is tuple, or a named tuple that is made as collections.namedtuple makes it, with no code of its own."""
    if cls is tuple:
        return True
    module = getattr(cls.__new__, "__module__", None)
    made_as_usual = type(cls) is type and cls.__init__ is object.__init__
    return issubclass(cls, tuple) and made_as_usual and module == f"namedtuple_{cls.__name__}"


def is_plain_class(cls):
    """Whether no code but what dataclass and NamedTuple generate runs when an object of a class is made."""
    if is_plain_tuple(cls):
        return True
    code = getattr(cls.__init__, "__code__", None)
    if type(cls) is not type or cls.__new__ is not object.__new__ or not hasattr(cls, "__dataclass_fields__"):
        return False
    # The code that dataclass makes is in no file; a class of the user's could only say so on purpose.
    if code is None or code.co_filename != "<string>" or hasattr(cls, "__post_init__"):
        return False
    frozen = cls.__dataclass_params__.frozen
    if not frozen and cls.__setattr__ is not object.__setattr__:
        return False
    # A field may be a descriptor, which is called with what the field is set to.
    slot = type(type(lambda: 0).__globals__)  # the descriptor of __slots__
    for name in cls.__dataclass_fields__:
        for base in cls.__mro__:
            found = base.__dict__.get(name)
            if found is not None and hasattr(type(found), "__set__") and type(found) is not slot:
                return False
    return True


def decimal_parser():
    """Decimals out of text, whatever the context of the thread lets pass."""
    make, invalid = original("decimal", "Decimal"), original("decimal", "InvalidOperation")
    strict = original("decimal", "Context")(traps=[invalid])

    def parse(text):
        try:
            return make(text, strict)
        except invalid:
            raise ValueError(f"{text!r} is no decimal number") from None

    return parse


class _Scanning:
    """What JSON's scanner, which is written in C, reads its settings from."""

    strict, object_hook, object_pairs_hook, parse_float, parse_int = True, None, None, float, int
    array_hook = None  # since 3.15
    parse_constant = {"-Infinity": -float("inf"), "Infinity": float("inf"), "NaN": float("nan")}.__getitem__


_SPACE = " \t\n\r"


def parser():
    """What json.loads does to text."""
    scan = make_scanner(_Scanning)

    def parse(text):
        start = len(text) - len(text.lstrip(_SPACE))
        try:
            value, end = scan(text, start)
        except StopIteration as error:
            raise original("json.decoder", "JSONDecodeError")("Expecting value", text, error.value) from None
        if end != len(text) and text[end:].strip(_SPACE):
            end = len(text) - len(text[end:].lstrip(_SPACE))
            raise original("json.decoder", "JSONDecodeError")("Extra data", text, end)
        return value

    return parse


def writer():
    """JSON as other systems read it: no NaN, which JSON does not have."""
    return lambda value: _json(value, ":", ",")


def _json(value, colon, comma):
    # The dictionary notes what is being written, so that what holds itself is found out.
    return "".join(make_encoder({}, _plain, encode_basestring, None, colon, comma, False, False, False)(value, 0))


def _plain(value):
    """Records of the user's own classes go as their fields."""
    fields = dataclass_fields(type(value))
    if fields is not None:
        return {field.name: getattr(value, field.name) for field in fields}
    raise TypeError(f"{type(value).__name__} has no form in JSON; convert it to text or a number")


def dataclass_fields(cls):
    """The fields of a dataclass, or None for another class."""
    fields = getattr(cls, "__dataclass_fields__", None)
    if not isinstance(fields, dict):
        return None
    # Others are annotations such as ClassVar, which make no field.
    return [field for field in fields.values() if getattr(field._field_type, "name", None) == "_FIELD"]


def members(cls, by_value):
    """The members of an Enum by the text that stands for them."""
    return dict(_members(cls, by_value))


def _members(cls, by_value):
    found = (cls._member_map_[name] for name in cls._member_names_)
    return [(str.__str__(member._value_ if by_value else member._name_), member) for member in found]


def places(cls, values, by_value):
    """The place of each value of an enumeration by its text, and pairs of a member and its place.

    Members are no keys: their hash and what they are equal to is code of the file's.
    """
    found = {value: index for index, value in enumerate(values)}
    pairs = [] if cls is None else _members(cls, by_value)
    return found, [(member, found[text]) for text, member in pairs if text in found]


def dead_letter(names, values, zone_name):
    """The arguments of a row that failed, as JSON for a person and for another try.

    zone_name: the time zone in which moments are written as DuckDB writes them; None for their own, as Python does.
    """
    named = dict(zip(names, values)) if len(set(names)) == len(names) else list(values)
    try:
        shown_in = None if zone_name is None else zone(zone_name)
    except ValueError:
        shown_in = _timezone.utc
    return _json(_shown(named, (), shown_in), ": ", ", ")


def _moment(value, zone):
    """A moment in the time of a zone; of what the zone is ahead of UTC, minutes are written only if there are some."""
    local = value.astimezone(zone)
    minutes, sign = local.utcoffset() // _timedelta(minutes=1), "+"
    if minutes < 0:
        # Towards zero, where the clocks of long ago differ by seconds.
        minutes, sign = -local.utcoffset() // _timedelta(minutes=1), "-"
    text = _datetime.isoformat(local.replace(tzinfo=None), " ")
    text = text.rstrip("0") if "." in text else text
    return f"{text}{sign}{minutes // 60:02}" + (f":{minutes % 60:02}" if minutes % 60 else "")


# What is nested deeper than this is shown as text.
_DEEPEST = 50


def _shown(value, inside, zone):
    """Anything as what JSON can hold: numbers that it has no form for, and keys of maps, as text.

    inside: the identities of what holds the value, which may hold itself.
    zone: in which moments are written; None for their own.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(getattr(type(value), "_member_map_", None), dict):
        return _shown(value._value_ if isinstance(value._value_, str) else value._name_, inside, zone)
    if isinstance(value, int):
        return int(value) if value.bit_length() < 10_000 else hex(value)
    if isinstance(value, float):
        return float(value) if -float("inf") < value < float("inf") else _text(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, str) or len(inside) == _DEEPEST or id(value) in inside:
        return _text(value)
    inside = (*inside, id(value))
    fields = dataclass_fields(type(value))
    if fields is not None:
        value = {field.name: getattr(value, field.name, None) for field in fields}
    elif isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {_text(_plain_moment(key, zone)): _shown(item, inside, zone) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_shown(item, inside, zone) for item in value]
    return _text(_plain_moment(value, zone))


def _plain_moment(value, zone):
    """The text of a moment in a zone; anything else as it is."""
    try:
        return _moment(value, zone) if zone is not None and type(value) is _datetime and value.tzinfo else value
    except (OverflowError, ValueError):  # at the ends of datetime's years
        return value


def _text(value):
    """A text that UTF-8 can hold."""
    try:
        text = str.__str__(value) if isinstance(value, str) else value.hex() if isinstance(value, bytes) else str(value)
    except Exception:
        text = f"<{type(value).__name__} object>"
    return text.encode("utf-8", "backslashreplace").decode()


def first_values(values, count):
    """At most one more than so many of what can be iterated over, which may have no end."""
    return [*islice(values, count + 1)]


_Generator = type((lambda: (yield))())


def close(iterator):
    """End a generator that is not needed any more; other iterators have no end of their own."""
    if issubclass(type(iterator), _Generator):
        _Generator.close(iterator)


def batches(take):
    """The batches that a function of the host's gives, one after the other; it raises StopIteration after the last."""
    # Not iter(take, ...), which compares each with the other argument: arrays are compared value by value.
    return map(take, _repeat(None))
