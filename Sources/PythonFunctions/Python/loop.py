"""The one event loop of this interpreter: what runs on it, who may stop it, and its end.

Imported before a file runs that may have async functions, so that what the file does to `asyncio` and `time` does not matter
here. The loop is made when it is needed first, runs only while a call waits for it, and is closed by `end`.
"""

from asyncio import CancelledError, SelectorEventLoop, Task, all_tasks, wait
from collections import deque
from selectors import DefaultSelector
from time import monotonic

from _clutch_pristine import original

DeadlineExceeded = original("clutch", "DeadlineExceeded")
# As they are before the file runs.
stop_loop, is_closed, is_running, create_future, call_soon, call_later = (
    getattr(SelectorEventLoop, name) for name in ("stop", "is_closed", "is_running", "create_future", "call_soon", "call_later")
)
_run_forever, _close, _call_soon_threadsafe, _shutdown_asyncgens, _shutdown_default_executor = (
    getattr(SelectorEventLoop, name)
    for name in ("run_forever", "close", "call_soon_threadsafe", "shutdown_asyncgens", "shutdown_default_executor")
)
_select = DefaultSelector.select

# How often a call that is ending may be found in the same step of the loop.
_PATIENCE = 10

_loop = _selector = None
# What the loop runs for: a call's rows, or the draw of a table.
_current = None


class _Loop(SelectorEventLoop):
    """A loop whose clock is the machine's, whatever a file does to `time`, as what freezes time in tests does."""

    # What is a property cannot be set of the loop itself either.
    time = property(lambda self: monotonic)


class _Selector(DefaultSelector):
    """Knows whether the loop waits or works, and since which step."""

    works, step = False, 0

    def select(self, timeout=None):
        self.rest()
        try:
            return _select(self, timeout)
        finally:
            self.step += 1
            self.works = True
            if _current is not None:
                _current.beat(True)

    def rest(self):
        """Note that no step is under way."""
        if self.works:
            self.works = False
            if _current is not None:
                _current.beat(False)


def usable_loop():
    """The loop; code of the file's may have closed the one before."""
    global _loop, _selector
    if _loop is None or is_closed(_loop):
        _selector = _Selector()
        _loop = _Loop(_selector)
        _loop.set_exception_handler(_handle)
    return _loop


def _handle(loop, context):
    """Log what a callback raised, unless the host did that, in the loop's own code: then a task may have ended unnoticed."""
    if _current is not None and isinstance(context.get("exception"), DeadlineExceeded):
        _current.look()
    else:
        loop.default_exception_handler(context)


def run_until_reached(call):
    """Run the loop until a call has what it waits for."""
    global _current
    loop, outer = usable_loop(), _current
    _current = call
    try:
        while not call.is_reached():
            try:
                _run_forever(loop)
            except BaseException as error:  # raised in the loop's own code, or by what asks for the end
                call.fail(error)
            finally:
                _selector.rest()
    finally:
        _current = outer


def enter(call):
    """Note that the loop is going to run for a call, which it does now and again."""
    global _current
    _current = call


def leave(call):
    """Note that a call is over."""
    global _current
    if _current is call:
        _current = None


def is_current(call):
    return _current is call


def stop():
    """Make what the loop runs for end soon; called on another thread of the interpreter, now and again until it has ended.

    Gives whether that is enough: not if there is nothing, or if one step of the loop goes on and on.
    """
    call = _current
    if call is None:
        return False
    if not call.is_told:
        call.is_told = True
        call.seen_step = _selector.step
        _call_soon_threadsafe(_loop, call.stop)
        # Before the steps of other rows, if it can be: all of them together may take long.
        ready = getattr(_loop, "_ready", None)
        if type(ready) is deque:
            ready.rotate(1)
        return True
    if not _selector.works or call.seen_step != _selector.step:
        call.seen_step, call.seen = _selector.step, 0
        return True
    call.seen += 1
    # While the rows end one after the other, a step may be of many.
    return call.is_ending and call.seen < _PATIENCE


def place():
    """Where the oldest task waits, innermost first, as files, lines and names with a zero after each; called as stop is.

    Nothing unless the loop waits: else the frames of its thread say more.
    """
    if _current is None or _selector.works:
        return ""
    frames = []
    for waiting in _current.oldest():
        while waiting is not None:
            frame, waiting = _parts(waiting)
            if frame is not None:
                frames.append(f"{frame.f_code.co_filename}\0{frame.f_lineno}\0{frame.f_code.co_qualname}\0")
    return "".join(reversed(frames))


def _parts(waiting):
    """The frame of a coroutine or a generator, and what it waits for."""
    for kind, inner in (("cr", "cr_await"), ("gi", "gi_yieldfrom"), ("ag", "ag_await")):
        if hasattr(waiting, inner):
            return getattr(waiting, kind + "_frame"), getattr(waiting, inner)
    return None, None


class Call:
    """What the loop runs for."""

    is_told = is_ending = False
    seen_step = seen = 0

    def beat(self, begins):
        """Note that a step of the loop begins, or ends."""


async def awaited(value):
    return await value


class _Ending(Call):
    """A coroutine of the end of an interpreter, which can be told to stop as rows are."""

    def __init__(self, coroutine):
        self._loop, self._error = usable_loop(), None
        self._task = Task(coroutine, loop=self._loop)
        self._task.add_done_callback(lambda task: self.look())

    def complete(self):
        run_until_reached(self)
        try:
            return self._task.result()
        except CancelledError:
            if self._error is None:
                raise
            raise self._error from None

    def oldest(self):
        return [self._task.get_coro()]

    def is_reached(self):
        return self._task.done()

    def stop(self):
        self.fail(DeadlineExceeded())

    def fail(self, error):
        self.is_ending = True
        self._error = error
        self._task.cancel()
        self.look()

    def look(self):
        if self.is_reached():
            stop_loop(self._loop)


def run(function):
    """What runs an async function to its end, for a class that closes its instances so."""
    return lambda: _Ending(awaited(function())).complete()


def end():
    """Cancel what is left, close the async generators, wait for the threads of `asyncio.to_thread`, and close the loop."""
    global _loop
    loop = _loop
    if loop is None or is_closed(loop):
        return
    try:
        tasks = all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            _Ending(wait(tasks)).complete()
        _Ending(_shutdown_asyncgens(loop)).complete()
        _Ending(_shutdown_default_executor(loop)).complete()
    finally:
        _loop = None
        _close(loop)
