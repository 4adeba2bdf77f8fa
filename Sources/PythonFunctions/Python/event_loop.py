"""Runs async functions on the one event loop of this interpreter: many rows of a call at once, and tables row by row.

Imported before a file runs that may have async functions, so that what the file does to `asyncio` does not matter here.
The loop is made when it is needed first, runs only while a call waits for it, and is closed by `end`.
"""

from asyncio import CancelledError, SelectorEventLoop, Task, all_tasks, wait
from collections import deque
from contextvars import ContextVar, copy_context
from selectors import DefaultSelector
from time import monotonic

import _clutch_logs as logs
from _clutch_pristine import original
from _clutch_texts import shown

_DeadlineExceeded = original("clutch", "DeadlineExceeded")
_run_forever, _stop, _call_soon, _call_later = (
    getattr(SelectorEventLoop, name) for name in ("run_forever", "stop", "call_soon", "call_later")
)
_call_soon_threadsafe, _close = SelectorEventLoop.call_soon_threadsafe, SelectorEventLoop.close
_shutdown_asyncgens, _shutdown_default_executor = (
    SelectorEventLoop.shutdown_asyncgens, SelectorEventLoop.shutdown_default_executor,
)  # fmt: skip
_is_closed, _is_running, _create_future = (
    getattr(SelectorEventLoop, name) for name in ("is_closed", "is_running", "create_future")
)
_select = DefaultSelector.select

# How long a row that has been cancelled may take to end, and how long to wait before a free place is looked for again.
_GRACE, _PAUSE = 1.0, 0.005
# How often a call that is ending may be found in the same step of the loop.
_PATIENCE = 10

_loop = _selector = None
# What the loop runs for: a call's rows, or the draw of a table.
_current = None
# The call and the place in it of the row whose code runs.
_row = ContextVar("row", default=None)


async def _nothing():
    pass


_Coroutine = type(_unused := _nothing())
_unused.close()
del _unused


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


def _usable_loop():
    """The loop; code of the file's may have closed the one before."""
    global _loop, _selector
    if _loop is None or _is_closed(_loop):
        _selector = _Selector()
        _loop = SelectorEventLoop(_selector)
        _loop.set_exception_handler(_handle)
    return _loop


def _handle(loop, context):
    """Log what a callback raised, unless the host did that, in the loop's own code: then a task may have ended unnoticed."""
    if _current is not None and isinstance(context.get("exception"), _DeadlineExceeded):
        _current.look()
    else:
        loop.default_exception_handler(context)


def _run(call):
    """Run the loop until a call has what it waits for."""
    global _current
    loop, outer = _usable_loop(), _current
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


class _Call:
    """What the loop runs for."""

    is_told = is_ending = False
    seen_step = seen = 0

    def beat(self, begins):
        """Note that a step of the loop begins, or ends."""


def _call_row(call, place, function, arguments):
    """Call a function in the context of its row."""
    _row.set((call, place))
    return function(*arguments)


async def _awaited(value):
    return await value


def _is_fatal(error):
    """Whether an exception ends the call in every error mode."""
    return not isinstance(error, (Exception, CancelledError)) or isinstance(error, MemoryError)


def _no_more():
    pass


class Rows(_Call):
    """The rows of one call, of which at most so many are under way at the same time.

    A row's place counts those that are called. Every row is a task with a context of its own.
    """

    def __init__(self, function, limit, timeout, ends_at_failure, take, beat, locate, hang, claim, free):
        """
        timeout: how many seconds a row may take, or None.
        ends_at_failure: whether no row counts after one that failed.
        take: gives the arguments of the next rows, each a tuple, or None if they cannot be made; nothing after the last.
        beat: told when a step of the loop begins, with True, and when it ends.
        locate: told the place of the row that writes something, and None afterwards.
        hang: called when a row does not end that was cancelled: with True if its time was up.
        claim, free: ask whether another row may begin beside those of other interpreters, and give its place back; or None.
        """
        self._function, self._limit, self._timeout = function, limit, timeout
        self._ends_at_failure, self._take, self.beat, self.locate = ends_at_failure, take, beat, locate
        self._hang, self._claim, self._free = hang, claim, free
        self._loop = _usable_loop()
        self._context = copy_context()
        self._queue, self._has_more = deque(), True
        # The tasks under way with their places, and what became of rows that nobody has asked for yet.
        self._tasks, self._outcomes = {}, {}
        self._begun = self._wanted = 0
        # The place after which no row counts.
        self._last = None
        # What ends the call whatever its rows do, and where.
        self._error, self._stopped_at, self._fatal = None, None, None
        self._is_closing = False
        self._deadlines, self._late, self._is_timed = deque(), set(), False
        self._timers, self._timer_count, self._is_short = {}, 0, False
        self._failed = 0
        self._has_begun = False

    # What the host calls

    def next(self):
        """The result of the next row, in the order of the rows; raises what the row raised.

        If no row counts after that one, all others have ended before.
        """
        place = self._failed = self._wanted
        if not self._has_begun:
            self._begin()
        if place not in self._outcomes or self._error is not None:
            _run(self)
        if self._error is not None:
            self._raise_error()
        has_succeeded, value = self._outcomes.pop(place)
        if not has_succeeded and self._last is not None and place >= self._last:
            self.close()
        self._wanted += 1
        if has_succeeded:
            return value
        try:
            raise ValueError("it has no arguments") if value is None else value
        finally:
            del value

    def _begin(self):
        global _current
        self._has_begun = True
        # Between the turns of the loop too.
        _current = self
        _call_soon(self._loop, self._fill)

    def _raise_error(self):
        self.close()
        if self._fatal is not None:
            self._failed = self._fatal
        if isinstance(self._error, _DeadlineExceeded) and self._stopped_at is not None:
            # Where it was raised, or else where the first of the rows was waiting.
            self._failed, error = self._stopped_at
            traceback = error.__traceback__
            self._error, self._stopped_at, error = self._error.with_traceback(traceback), None, None
        raise self._error

    def failed(self):
        """The place of the row that the last exception is of, as -1 - place if its time was up."""
        return -1 - self._failed if self._failed in self._late else self._failed

    def close(self):
        """Cancel the rows that are under way, and wait until they have ended."""
        global _current
        self._is_closing = True
        self._cut(-1)
        if self._tasks:
            _run(self)
        for timer in self._timers.values():
            timer.cancel()
        # A task that nobody waits for may hold on to its row, and with it to this.
        self._take, self.locate, self._timers = _no_more, None, {}
        if _current is self:
            _current = None

    def oldest(self):
        return [task.get_coro() for task in self._tasks if not task.done()][:1]

    # What the loop calls

    def is_reached(self):
        if self._is_closing or self._error is not None:
            return not self._tasks
        return self._wanted in self._outcomes

    def stop(self):
        """End, because the host says so."""
        self.fail(_DeadlineExceeded())

    def fail(self, error):
        """End, because of something that is not a row's own."""
        self.is_ending = True
        if self._error is None:
            self._error = error
            # What asks for the end of the program goes through the loop, and not to who waits for the row.
            for task, place in self._tasks.items():
                if task.done() and not task.cancelled() and task.exception() is error:
                    self._fatal = place
        self._cut(-1)
        self.look()

    def look(self):
        """Look for rows that have ended."""
        for task in [task for task in self._tasks if task.done()]:
            self._done(task)
        self._note_reached()

    def _note_reached(self):
        # Whether the loop runs or not: a row that asked it to run once more has made it say that it does not.
        if self.is_reached():
            _stop(self._loop)

    def _fill(self):
        """Begin as many rows as there may be."""
        try:
            while self._last is None and len(self._tasks) < self._limit:
                if not self._queue:
                    block = self._take() if self._has_more else None
                    if not block:
                        self._has_more = False
                        break
                    self._queue.extend(block)
                if self._claim is not None and not self._claim():
                    if not self._is_short:
                        self._is_short = True
                        self._later(_PAUSE, self._look_again)
                    break
                self._start(self._queue.popleft())
        except BaseException as error:
            self.fail(error)

    def _give_back(self):
        if self._free is not None:
            self._free()

    def _look_again(self):
        self._is_short = False
        self._fill()

    def _later(self, seconds, function, *arguments):
        """Call something later, unless the call is over by then."""
        self._timer_count += 1
        key = self._timer_count
        self._timers[key] = _call_later(self._loop, seconds, self._ring, key, function, arguments)

    def _ring(self, key, function, arguments):
        try:
            del self._timers[key]
            function(*arguments)
        except BaseException as error:
            self.fail(error)

    def _start(self, arguments):
        place = self._begun
        self._begun += 1
        if arguments is None:
            self._give_back()
            return self._settle(place, False, None)
        context = self._context.copy()
        try:
            made = context.run(_call_row, self, place, self._function, arguments)
            task = Task(made if type(made) is _Coroutine else _awaited(made), loop=self._loop, context=context)
        except BaseException as error:
            self._give_back()
            return self._settle(place, False, error)
        self._tasks[task] = place
        task.add_done_callback(self._done, context=self._context)
        if self._timeout is not None:
            while self._deadlines and self._deadlines[0][1].done():
                self._deadlines.popleft()
            self._deadlines.append((monotonic() + self._timeout, task, place))
            if not self._is_timed:
                self._is_timed = True
                self._later(self._timeout, self._expire)

    def _done(self, task):
        try:
            place = self._tasks.pop(task, None)
            if place is None:
                return
            self._give_back()
            try:
                value = task.result()
            except BaseException as error:
                self._settle(place, False, self._explained(place, error))
            else:
                if place in self._late:
                    self._settle(place, False, self._lateness())
                else:
                    self._settle(place, True, value)
            self._fill()
        except BaseException as error:
            self.fail(error)

    def _settle(self, place, has_succeeded, value):
        self._outcomes[place] = has_succeeded, value
        if not has_succeeded and (self._ends_at_failure or value is not None and _is_fatal(value)):
            self._cut(place)
        self._note_reached()

    def _explained(self, place, error):
        """The exception of a row as its author should see it."""
        if self.is_told and isinstance(error, (_DeadlineExceeded, CancelledError)):
            # The row that held up the loop, in which the host raised, or else the first of those that were cancelled.
            if self._stopped_at is None or (isinstance(self._stopped_at[1], CancelledError), self._stopped_at[0]) > (
                isinstance(error, CancelledError), place,
            ):  # fmt: skip
                self._stopped_at = place, error
        if place not in self._late:
            return error
        late = self._lateness()
        if isinstance(error, CancelledError):
            return late.with_traceback(error.__traceback__)
        late.__context__ = error
        return late

    def _lateness(self):
        return TimeoutError(f"it ran longer than its timeout of {self._timeout:.9g} s for a row")

    def _cut(self, place):
        """Begin no more rows, and cancel those after a place, which do not count any more."""
        if self._last is not None and self._last <= place:
            return
        self._last = place
        self._queue.clear()
        cancelled = [task for task, other in self._tasks.items() if other > place]
        for task in cancelled:
            task.cancel()
        if cancelled:
            self._later(_GRACE, self._check, cancelled, False)

    def _expire(self):
        """Cancel the rows whose time is up."""
        now, expired, self._is_timed = monotonic(), [], False
        while self._deadlines:
            deadline, task, place = self._deadlines[0]
            if not task.done():
                if deadline > now:
                    self._is_timed = True
                    self._later(deadline - now, self._expire)
                    break
                self._late.add(place)
                task.cancel()
                expired.append(task)
            self._deadlines.popleft()
        if expired:
            self._later(_GRACE, self._check, expired, True)

    def _check(self, tasks, is_late):
        """Look whether tasks have ended that were cancelled."""
        if not all(task.done() for task in tasks):
            self._hang(is_late)


def rows_of(function):
    """What gives the rows that an async generator yields, or an async function returns, as a generator does."""

    def rows(*arguments):
        table = _Table(function, arguments)
        try:
            while table.advance():
                yield table.item
        finally:
            table.close()

    return rows


class _Table(_Call):
    """The rows of one call of an async table function: a task that stands still until the next row is asked for.

    The generator runs in that one task, so that what it enters it can leave, such as a task group.
    """

    def __init__(self, function, arguments):
        self._function, self._arguments = function, arguments
        self._loop = self._task = self._wanted = None
        self._error = self.item = self._made = None
        self._has_item = False

    # What the host calls

    def advance(self):
        """Make the next row, the item; gives whether there is one."""
        self.item, self._has_item = None, False
        if self._task is None:
            self._loop = _usable_loop()
            self._task = Task(self._draw(), loop=self._loop)
            self._task.add_done_callback(self._note_end)
        elif not self._task.done() and not self._wanted.done():
            # Else what stands at its row has been cancelled meanwhile, as by a timeout that is open there.
            self._wanted.set_result(None)
        _run(self)
        if self._has_item:
            return True
        self._end()
        return False

    def _end(self):
        error, self._error = self._error, None
        try:
            self._task.result()
            if error is not None:
                raise error
        except CancelledError as cancelled:
            # Where it was when the host told it to end.
            raise cancelled if error is None else error.with_traceback(cancelled.__traceback__)
        finally:
            del error

    def close(self):
        """End the task, and with it the generator."""
        task = self._task
        if task is None or task.done() or _is_closed(self._loop):
            return
        self.is_ending = True
        task.cancel()
        if _is_running(self._loop):
            return
        self._has_item = False
        _run(self)
        try:
            self._end()
        except CancelledError:
            pass

    def oldest(self):
        return [self._task.get_coro(), self._made]

    # What the loop calls

    def is_reached(self):
        return self._has_item or self._task.done()

    def stop(self):
        self.fail(_DeadlineExceeded())

    def fail(self, error):
        self.is_ending = True
        self._error = error
        self._has_item = False
        self._task.cancel()
        self.look()

    def look(self):
        if self.is_reached():
            _stop(self._loop)

    def _note_end(self, task):
        self.look()

    async def _draw(self):
        made = self._function(*self._arguments)
        if hasattr(type(made), "__await__"):
            made = await made
        if not hasattr(type(made), "__aiter__"):
            try:
                items = iter(made)
            except TypeError:
                problem = f"it returned {shown(made)}, which has no rows; yield them, or return a list"
                raise TypeError(problem) from None
            for item in items:
                await self._offer(item)
            return
        self._made = made = type(made).__aiter__(made)
        try:
            step = anext(made)
            while True:
                try:
                    item = await step
                except StopAsyncIteration:
                    break
                try:
                    await self._offer(item)
                    step = anext(made)
                except CancelledError as cancelled:
                    throw = getattr(made, "athrow", None)
                    if self.is_ending or throw is None:
                        raise
                    # Not by the host, so that it belongs to what is open in the generator, such as a timeout.
                    step = throw(cancelled)
        finally:
            close = getattr(made, "aclose", None)
            if close is not None:
                try:
                    await close()
                except BaseExceptionGroup as group:
                    # What a task group makes of the end of a generator that it is open in.
                    if group.split(GeneratorExit)[1] is not None:
                        raise

    async def _offer(self, item):
        self.item, self._has_item = item, True
        self._wanted = _create_future(self._loop)
        _stop(self._loop)
        await self._wanted


class _Ending(_Call):
    """A coroutine of the end of an interpreter, which can be told to stop as rows are."""

    def __init__(self, coroutine):
        self._loop, self._error = _usable_loop(), None
        self._task = Task(coroutine, loop=self._loop)
        self._task.add_done_callback(lambda task: self.look())

    def complete(self):
        _run(self)
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
        self.fail(_DeadlineExceeded())

    def fail(self, error):
        self.is_ending = True
        self._error = error
        self._task.cancel()
        self.look()

    def look(self):
        if self.is_reached():
            _stop(self._loop)


def run(function):
    """What runs an async function to its end, for a class that closes its instances so."""
    return lambda: _Ending(_awaited(function())).complete()


def end():
    """Cancel what is left, close the async generators, wait for the threads of `asyncio.to_thread`, and close the loop."""
    global _loop
    loop = _loop
    if loop is None or _is_closed(loop):
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


def _located(write):
    """What writes to the log, after it has said which row that is of."""

    def located(*arguments):
        row = _row.get()
        if row is None or row[0] is not _current or row[0].locate is None:
            return write(*arguments)
        call, place = row
        call.locate(place)
        try:
            return write(*arguments)
        finally:
            call.locate(None)

    return located


logs.log = _located(logs.log)
for _raw in logs.raws:
    _raw.write = staticmethod(_located(_raw.write))
