"""What type checkers know of the module: its decorators and annotations as they are written, not as they are checked when a file
is loaded. `clutch check` says the rest."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, overload

from numpy.typing import NDArray as _NDArray  # type: ignore[import-not-found, import-untyped, unused-ignore]
from pandas import Series as _Series  # type: ignore[import-not-found, import-untyped, unused-ignore]
from pyarrow import Array as _Array  # type: ignore[import-not-found, import-untyped, unused-ignore]

__all__ = [
    "udf", "udtf", "udaf", "Column", "Array", "Series", "Arrow", "SignatureError", "DeadlineExceeded", "Record", "Interval", "Json", "Pickle", "Nanoseconds",
    "Timestamp", "Decimal128",
    "Decimal256", "Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "Float32",
    "Float64",
]  # fmt: skip

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Class = TypeVar("_Class", bound=type[Any])
_Null = Literal["skip", "call"]
_OnError = Literal["raise", "null", "collect"]
_Placement = Literal["interpreter", "worker", "main"]

class SignatureError(TypeError): ...
class DeadlineExceeded(BaseException): ...

@overload
def udf(function: _Function, /) -> _Function: ...
@overload
def udf(
    function: None = None, /, *, name: str | None = None, null: _Null = "skip", deterministic: bool | None = None, on_error: _OnError = "raise",
    timeout: float | None = None, batch_timeout: float | None = None, memory: str | int | None = None, threads: bool = False,
    batch: bool = False, retry_rows: bool = False, rows: int | None = None, concurrency: int | None = None,
    placement: _Placement | None = None, vectorize: bool | None = None,
) -> Callable[[_Function], _Function]: ...
@overload
def udtf(function: _Function, /) -> _Function: ...
@overload
def udtf(
    function: None = None, /, *, name: str | None = None, null: _Null = "skip", on_error: _OnError = "raise", timeout: float | None = None,
    batch_timeout: float | None = None, memory: str | int | None = None, threads: bool = False,
    placement: _Placement | None = None,
) -> Callable[[_Function], _Function]: ...
@overload
def udaf(function: _Class, /) -> _Class: ...
@overload
def udaf(
    function: None = None, /, *, name: str | None = None, null: _Null = "skip", on_error: _OnError = "raise", timeout: float | None = None,
    batch_timeout: float | None = None, memory: str | int | None = None, threads: bool = False,
    placement: _Placement | None = None,
) -> Callable[[_Class], _Class]: ...

class Type:
    descriptor: dict[str, Any]
    def __init__(self, kind: str, /, **parameters: Any) -> None: ...

def Decimal128(precision: int, scale: int) -> Type: ...
def Decimal256(precision: int, scale: int) -> Type: ...
def Timestamp(tz: str | None = None, unit: Literal["s", "ms", "us", "ns"] = "us") -> Type: ...

Int8 = Annotated[int, ...]
Int16 = Annotated[int, ...]
Int32 = Annotated[int, ...]
Int64 = Annotated[int, ...]
Int128 = Annotated[int, ...]
UInt8 = Annotated[int, ...]
UInt16 = Annotated[int, ...]
UInt32 = Annotated[int, ...]
UInt64 = Annotated[int, ...]
Float32 = Annotated[float, ...]
Float64 = Annotated[float, ...]
Json = Annotated[Any, ...]
Pickle = Annotated[Any, ...]
Nanoseconds = Annotated[int, ...]

class Interval(NamedTuple):
    months: int = 0
    days: int = 0
    nanoseconds: int = 0

class Column[T](Sequence[T]):
    def __init__(self, values: Iterable[T] = ()) -> None: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> T: ...
    @overload
    def __getitem__(self, index: slice, /) -> Column[T]: ...
    def __iter__(self) -> Iterator[T]: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...
    @property
    def null_count(self) -> int: ...
    def is_null(self, index: int, /) -> bool: ...
    def to_list(self) -> list[T]: ...

# Where a package is not installed, a checker takes what comes from it for anything.
type Array[T] = _NDArray[Any]
type Series[T] = _Series[Any]
type Arrow[T] = _Array[Any]

class Record(dict[str, Any]):
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
