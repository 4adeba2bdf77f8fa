"""Mark Python functions as user-defined functions of a data engine.

    from clutch import udf

    @udf
    def add(x: int, y: int) -> int:
        return x + y

The annotations are the signature: int, float, str, bool, bytes, Decimal, date, time, datetime, timedelta, UUID, list[T],
dict[K, V], Literal[...], an Enum, a dataclass, a NamedTuple or a TypedDict, Any, None, and what this module adds, each
also with "| None".
"""

from sys import _getframe
from typing import Annotated, Any, NamedTuple

from _clutch_texts import is_name as _is_name, listed as _listed, shown as _shown

__all__ = [
    "udf", "udtf", "udaf", "Column", "Array", "Series", "Arrow", "SignatureError", "DeadlineExceeded", "Record", "Interval", "Json", "Pickle", "Nanoseconds",
    "Timestamp", "Decimal128",
    "Decimal256", "Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "Float32",
    "Float64",
]  # fmt: skip


class SignatureError(TypeError):
    """The annotations of a function do not make a signature."""


class DeadlineExceeded(BaseException):
    """The function ran longer than it may. No Exception, so that "except Exception" does not swallow it."""


class _Marked:
    """A function that a file marks, with everything that the loader reads of it.

    kind: how the engine calls it: "rows", once for each row, "batch", once for a batch, "table", for rows of a table of its
    own, or "aggregate", with the rows of a group; the loader makes "concurrent" of "rows" for an async function.
    roles: its callables by what each is called for; a plain function has one, "call".
    signature: the declared {"parameters", "result"}; None for what the annotations say.
    problems: why it makes no UDF, as far as the mark knows; the loader tells all problems of a file at once.
    caller: the file and the line that it is marked in; nothing for one that a declaration marks.
    place: where it is defined, once the loader knows.
    """

    def __init__(self, function, name, kind="rows", signature=None, **options):
        # A text of a class of its own may say anything of itself.
        self.function, self.name, self.kind, self.signature = function, str.__str__(name), kind, signature
        self.roles = {"call": function}
        self.options = {**_OPTIONS, **options}
        self.problems = []
        self.decorator = "udf"
        self.caller = _caller()
        self.place = None
        # Of an aggregate function: how it is spelled, and whether its states can go to another interpreter; for the loader.
        self.form, self.is_movable = None, True
        # How a function of a batch takes it, for the loader.
        self.batch_form = None
        # Whether decimal results are rounded to the digits of their column, and what to write for other digits.
        self.decimals = None
        # Whether it is an async function, once the loader knows.
        self.is_async = False

    def refuse(self, problem):
        if problem not in self.problems:
            self.problems.append(problem)


def _caller():
    """The file and the line of the innermost code that is not ours."""
    frame = _getframe()
    own = frame.f_code.co_filename
    while frame is not None and (frame.f_code.co_filename == own or frame.f_code.co_filename.startswith("<frozen ")):
        frame = frame.f_back
    return None if frame is None else (frame.f_code.co_filename, frame.f_lineno)


# The functions that have been marked, in order, for the loader.
_marked = []

_OPTIONS = {
    "null": "skip", "deterministic": None, "on_error": "raise", "timeout": None, "batch_timeout": None, "memory": None,
    "threads": False, "batch": False, "retry_rows": False, "rows": None, "concurrency": None, "placement": None,
    "vectorize": None,
}  # fmt: skip


def udf(
    function=None, /, *, name=None, null="skip", deterministic=None, on_error="raise", timeout=None, batch_timeout=None,
    memory=None, threads=False, batch=False, retry_rows=False, rows=None, concurrency=None, placement=None,
    vectorize=None, **unknown,
):  # fmt: skip
    """Mark a function as a UDF; use it as @udf or with options as @udf(...).

    What can be called without being a function, such as a functools.partial, is marked as udf(name="plus_five")(...).

    name: what the engine calls it, in at most 200 characters; the function's own name by default. Functions of one name
        with different parameters are overloads: the arguments decide which is called.
    null: what a null argument does. "skip": the row is null without a call, unless the parameter is "| None", which
        receives None. "call": every parameter receives None.
    deterministic: whether equal arguments always give equal results. True: the function is called once for rows of a
        batch with equal arguments. False, or nothing for a function without parameters: it is called for every row, and
        where SQL counts on equal results, as in an index or in TRY, it is refused. Nothing: it is called for every row,
        and SQL may use it as one of its own functions, so that a call with constants is made once.
    on_error: what an exception does. "raise": the query fails. "null": the row is null, and the engine counts and
        reports such rows. "collect": the result is a value and an error, of which at most one is not null.
    timeout: how many seconds one row may take; then DeadlineExceeded is raised in the function. Of an async function only
        that row is cancelled, and fails as on_error says.
    batch_timeout: how many seconds a batch of rows may take.
    memory: how much memory the function's interpreter may take, such as "256MB", "1GiB", or a number of bytes. More
        than that is a MemoryError. The functions of a file share an interpreter, and the largest of their limits holds.
    threads: whether it may start threads, which then holds for all functions of the file.
    batch: whether it is called once for a batch of rows: each parameter is annotated list[T], a list of its values with None
        for nulls, Column[T], the engine's own memory, or Array[T], Series[T] or Arrow[T], the same for numpy, pandas or
        pyarrow; the result is a list of as many values, a buffer of numbers, a Column, an array, a series, or anything else
        to iterate over. What then raises, or returns another number of values, fails all rows of
        the batch. With one parameter Iterator[tuple[Column[T], ...]], or Iterator[Column[T]], and the result
        Iterator[list[T]], it is called once for all batches of a query, and gives a result for each in turn.
    retry_rows: with batch and on_error "null" or "collect", whether the rows of a batch that failed are tried again one by
        one, as batches of one row, so that only those fail that have to.
    rows: with batch, how many rows a call gets at most; batches that are longer are cut.
    concurrency: how many rows of an async function may be under way at the same time; 64 by default.
    placement: where the functions of the file run; it is enough that one says so. "interpreter": in isolated interpreters of
        the engine's process, which some compiled packages refuse. "worker": in processes of their own, where every package
        loads. "main": in the main interpreter of the engine's process, with one GIL for all. By default in isolated
        interpreters, or in worker processes where the file's packages need that.
    vectorize: whether rows may be computed without Python where that gives the same results. False: Python runs them all.
        Nothing: what is said for all functions, by default True.

    The function itself is returned unchanged, so that other Python code can call it as usual.
    """
    return _decorator("udf", "rows", function, name, locals(), unknown)


def udtf(
    function=None, /, *, name=None, null="skip", on_error="raise", timeout=None, batch_timeout=None, memory=None,
    threads=False, placement=None, **unknown,
):  # fmt: skip
    """Mark a function as a table function: for each row of arguments it gives rows of a table; use it as @udtf or with
    options as @udtf(...).

    It is a generator, or returns something to iterate over, as its annotation says: Iterator[T], Iterable[T],
    Generator[T, None, None] or list[T]; an async generator AsyncIterator[T]. The columns are the fields of T if that is a NamedTuple, a dataclass or a
    TypedDict, f0, f1, ... for tuple[...], and else one with the function's name. Rows are drawn as they are needed, and a
    generator that is not needed any more is closed.

    name, null, memory, threads, placement: as of @udf; with "skip" a null argument gives no rows.
    on_error: what an exception does. "raise": the query fails. "null": the rows before it stay, and none come after it;
        where a row is no T there is a row of nulls. "collect": the same, and a last column, error, says what happened.
    timeout: how many seconds one row may take; then DeadlineExceeded is raised in the function.
    batch_timeout: how many seconds the rows may take that are drawn at once, at most 2,048.

    The function itself is returned unchanged, so that other Python code can call it as usual.
    """
    return _decorator("udtf", "table", function, name, locals(), unknown)


def udaf(
    function=None, /, *, name=None, null="skip", on_error="raise", timeout=None, batch_timeout=None, memory=None,
    threads=False, placement=None, **unknown,
):  # fmt: skip
    """Mark a class as an aggregate function: it takes the rows of a group into a state, and gives a value for all of them;
    use it as @udaf or with options as @udaf(...).

    The methods of the class, of which each interpreter makes one instance:
        create_state(self) gives a new state, of any type;
        accumulate(self, state, x, y) takes a row: it changes the state, or returns the new one;
        retract(self, state, x, y), if there is one, takes a row back;
        merge(self, state, other), if there is one, takes another state, which it leaves as it is;
        finish(self, state) gives the value; without it the value is the state.
    The parameters are those of accumulate behind the state, the result is that of finish. With create_accumulator and
    get_value, as in Flink, it is the same. A class without create_state is instead what Snowflake calls a handler: each
    group has an instance, whose accumulate, merge and finish take no state, and merge takes the aggregate_state of the other.

    name, memory, threads, placement: as of @udf.
    null: what a null argument does. "skip": the row is left out, unless the parameter is "| None". "call": every parameter
        receives None.
    on_error: what an exception does. "raise": the query fails. "null": the value of the group is null. "collect": the
        result is a value and an error, of which at most one is not null.
    timeout: how many seconds one row, or the value of one group, may take; then DeadlineExceeded is raised.
    batch_timeout: how many seconds a batch of rows, or of groups, may take.

    The class itself is returned unchanged.
    """
    return _decorator("udaf", "aggregate", function, name, locals(), unknown)


def _decorator(mark_name, kind, function, name, given, unknown):
    """What marks a function, or the function itself after marking it.

    given: the decorator's arguments by name; unknown: those that it has not.
    """
    options = {option: given[option] for option in _OPTIONS if option in given}

    def mark(function):
        own = _own_name(function)
        marked = _Marked(function, name if _is_name(name) else own or type(function).__name__, kind)
        marked.decorator = mark_name
        if kind == "aggregate" and not issubclass(type(function), type):
            marked.refuse(f"@udaf marks a class with accumulate and finish, not {_shown(function)}")
        elif not callable(function):
            marked.refuse(f"@{mark_name} marks a function, not {_shown(function)}")
        elif name is None and not _is_name(own):
            has = f"has a name of {len(own):,} characters" if own and own.isidentifier() else "has no name of its own for SQL"
            marked.refuse(f"it {has}; mark it as {mark_name}(name='my_function')(...)")
        _check(marked, name, options, unknown)
        if marked.options["batch"]:
            marked.kind = "batch"
        for option in ("retry_rows", "rows"):
            if marked.options[option] and marked.kind == "rows":
                marked.refuse(f"@{mark_name}({option}={marked.options[option]}) is for functions of a batch; add batch=True")
        _marked.append(marked)
        return function

    return mark if function is None else mark(function)


def _own_name(function):
    """What a function says it is called, or None."""
    try:
        name = function.__name__
    except Exception:
        return None
    return str.__str__(name) if issubclass(type(name), str) else None


def _word(value):
    """A text of its own class as the plain text, and everything else as it is: others may be equal to anything."""
    return str.__str__(value) if issubclass(type(value), str) else value


def _check(marked, name, options, unknown):
    """Take the options over that are as they should be, and refuse the others."""
    options = {option: _word(value) for option, value in options.items()}
    at = f"@{marked.decorator}"

    def one(option, is_right, expected):
        if option not in options:
            return
        if is_right(options[option]):
            marked.options[option] = options[option]
        else:
            marked.refuse(f"{at}({option}=...) takes {expected}, not {_shown(options[option])}")

    def word(option, *words, others=()):
        expected = f"{', '.join(map(repr, words[:-1]))} or {words[-1]!r}"
        one(option, lambda value: type(value) is str and value in words or any(value is each for each in others), expected)

    def flag(option, others=()):
        one(option, lambda value: any(value is each for each in (True, False, *others)), "True or False")

    if unknown:
        has = f"name, {', '.join(list(options)[:-1])} and {list(options)[-1]}"
        marked.refuse(f"{at} has no option {_listed([*map(_shown, unknown)])}; it has {has}")
    if name is not None and not _is_name(name):
        marked.refuse(f"{at}(name=...) takes a name such as 'my_function', not {_shown(name)}")
    word("null", "skip", "call")
    flag("deterministic", (None,))
    flag("vectorize", (None,))
    word("on_error", "raise", "null", "collect")
    word("placement", "interpreter", "worker", "main", others=(None,))
    for option in ("timeout", "batch_timeout"):
        one(
            option, lambda seconds: seconds is None or type(seconds) in (int, float) and 0 < seconds < 1e9,
            "a number of seconds above 0",
        )  # fmt: skip
    one(
        "memory", lambda memory: memory is None or _bytes(memory) is not None,
        "'256MB', '1GiB', '512KB' or a number of bytes",
    )  # fmt: skip
    if marked.options["memory"] is not None:
        marked.options["memory"] = _bytes(marked.options["memory"])
    one(
        "concurrency", lambda count: count is None or type(count) is int and 0 < count <= 100_000,
        "a number of rows from 1 to 100000",
    )  # fmt: skip
    for option in ("threads", "batch", "retry_rows"):
        flag(option)
    one("rows", lambda rows: rows is None or type(rows) is int and 0 < rows < 2**31, f"a number of rows from 1 to {2**31 - 1}")


_UNITS = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


def _bytes(memory):
    """The number of bytes that memory= stands for, or None."""
    count, unit = memory, "B"
    if isinstance(memory, str):
        digits = memory.strip().rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        count, unit = digits.strip(), memory.strip()[len(digits) :].upper() or "B"
        count = int(count) if count.isascii() and count.isdecimal() and len(count) < 20 else None
    size = count * _UNITS.get(unit, 0) if isinstance(count, int) and not isinstance(count, bool) else 0
    return size if 0 < size < 2**60 else None


class Type:
    """What an annotation carries besides its Python type: the engine's type, as the host describes types."""

    def __init__(self, kind, /, **parameters):
        self.descriptor = {"kind": kind, **parameters}

    def __repr__(self):
        parameters = (f"{name}={value!r}" for name, value in self.descriptor.items() if name != "kind")
        return f"{type(self).__name__}({', '.join([repr(self.descriptor['kind']), *parameters])})"


def Decimal128(precision, scale):
    """Annotated[Decimal, Decimal128(p, s)]: p digits, at most 38, of which s follow the point."""
    return _decimal("Decimal128", precision, scale, 38)


def Decimal256(precision, scale):
    """Annotated[Decimal, Decimal256(p, s)]: p digits, at most 76, of which s follow the point."""
    return _decimal("Decimal256", precision, scale, 76)


def _decimal(name, precision, scale, most):
    if not (type(precision) is int and 1 <= precision <= most):
        raise ValueError(f"{name}(precision, scale) takes 1 to {most} digits, not {_shown(precision)}")
    if not (type(scale) is int and 0 <= scale <= precision):
        raise ValueError(f"{name}(precision, scale) takes a scale of 0 to {precision}, not {_shown(scale)}")
    return Type("decimal", precision=precision, scale=scale, bits=128 if most == 38 else 256)


def Timestamp(tz=None, unit="us"):
    """Annotated[datetime, Timestamp(tz="Europe/Rome")]: a moment, as an aware datetime in that time zone.

    Without tz a wall clock's time. unit: what the engine counts in: "s", "ms", "us" or "ns".
    """
    if not (tz is None or isinstance(tz, str) and tz):
        raise ValueError(f"Timestamp(tz=...) takes the name of a time zone, not {_shown(tz)}")
    if unit not in ("s", "ms", "us", "ns"):
        raise ValueError(f"Timestamp(unit=...) takes 's', 'ms', 'us' or 'ns', not {_shown(unit)}")
    return Type("timestamp", unit=unit, timeZone=tz)


Int8 = Annotated[int, Type("int8")]
Int16 = Annotated[int, Type("int16")]
Int32 = Annotated[int, Type("int32")]
Int64 = Annotated[int, Type("int")]
Int128 = Annotated[int, Type("int128")]
UInt8 = Annotated[int, Type("uint8")]
UInt16 = Annotated[int, Type("uint16")]
UInt32 = Annotated[int, Type("uint32")]
UInt64 = Annotated[int, Type("uint64")]
Float32 = Annotated[float, Type("float32")]
Float64 = Annotated[float, Type("float")]

#: Whatever JSON can hold, parsed and written for the function.
Json = Annotated[Any, Type("json")]
#: Any object, as pickle writes it.
Pickle = Annotated[Any, Type("pickle")]
#: A timestamp, time or duration as a whole number of nanoseconds (timestamps: since 1970-01-01 00:00).
Nanoseconds = Annotated[int, Type("nanoseconds")]


class Interval(NamedTuple):
    """A length of time in the calendar, in three parts that do not carry into each other."""

    months: int = 0
    days: int = 0
    nanoseconds: int = 0


class Column[T]:
    """The values of a parameter for the rows of a batch: a sequence that cannot be changed, with None for nulls.

    What a function gets is of a class of the host's, which reads the engine's own memory and stands under this name while a
    file is loaded there. This one is for code that runs without a host, such as tests.
    """

    def __init__(self, values=()):
        self._values = tuple(values)

    def __len__(self):
        return len(self._values)

    def __getitem__(self, index):
        return Column(self._values[index]) if isinstance(index, slice) else self._values[index]

    def __iter__(self):
        return iter(self._values)

    @property
    def null_count(self):
        """How many values are None."""
        return sum(value is None for value in self._values)

    def is_null(self, index, /):
        """Whether the value at a place is None."""
        return self._values[index] is None

    def to_list(self):
        """The values as a list."""
        return list(self._values)


class Array[T]:
    """The values of a parameter for the rows of a batch as an array of numpy, or a result that is one: Array[float].

    A row with a null is left out, and its result is null; Array[float | None] is a numpy.ma.MaskedArray of all rows instead.
    It cannot be written, and numbers, dates, timestamps and durations are the engine's own memory where they can be; values
    that numpy has no type for are objects.
    """


class Series[T]:
    """The same as a series of pandas over Arrow's memory, with nulls: integers stay integers."""


class Arrow[T]:
    """The same as an array of pyarrow, with nulls."""


class Record(dict):
    """A struct without a class of its own: record["name"] and record.name are the same."""

    __slots__ = ()

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            fields = _listed([*map(str, self)]) or "none"
            raise AttributeError(f"the record has no field {_shown(name)}; it has: {fields}", name=name, obj=self) from None

    def __setattr__(self, name, value):
        self[name] = value

    def __repr__(self):
        return f"Record({', '.join(f'{name}={value!r}' for name, value in self.items())})"
