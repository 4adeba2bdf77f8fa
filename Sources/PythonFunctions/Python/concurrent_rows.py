"""The rows of an async function: many of a call at once on the interpreter's event loop."""

from asyncio import CancelledError, Task
from collections import deque
from contextvars import ContextVar, copy_context
from time import monotonic

import _clutch_logs as logs
import _clutch_loop as loop

# How long a row that has been cancelled may take to end, and how long to wait before a free place is looked for again.
_GRACE, _PAUSE = 1.0, 0.005

# The call and the place in it of the row whose code runs.
_row = ContextVar("row", default=None)


async def _nothing():
    pass


_Coroutine = type(_unused := _nothing())
_unused.close()
del _unused


def _call_row(call, place, function, arguments):
    """Call a function in the context of its row."""
    _row.set((call, place))
    return function(*arguments)


def _is_fatal(error):
    """Whether an exception ends the call in every error mode."""
    return not isinstance(error, (Exception, CancelledError)) or isinstance(error, MemoryError)


def _no_more():
    pass


class Rows(loop.Call):
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
        self._loop = loop.usable_loop()
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
            loop.run_until_reached(self)
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
        self._has_begun = True
        # Between the turns of the loop too.
        loop.enter(self)
        loop.call_soon(self._loop, self._fill)

    def _raise_error(self):
        self.close()
        if self._fatal is not None:
            self._failed = self._fatal
        if isinstance(self._error, loop.DeadlineExceeded) and self._stopped_at is not None:
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
        self._is_closing = True
        self._cut(-1)
        if self._tasks:
            loop.run_until_reached(self)
        for timer in self._timers.values():
            timer.cancel()
        # A task that nobody waits for may hold on to its row, and with it to this.
        self._take, self.locate, self._timers = _no_more, None, {}
        loop.leave(self)

    def oldest(self):
        return [task.get_coro() for task in self._tasks if not task.done()][:1]

    # What the loop calls

    def is_reached(self):
        if self._is_closing or self._error is not None:
            return not self._tasks
        return self._wanted in self._outcomes

    def stop(self):
        """End, because the host says so."""
        self.fail(loop.DeadlineExceeded())

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
            loop.stop_loop(self._loop)

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
        self._timers[key] = loop.call_later(self._loop, seconds, self._ring, key, function, arguments)

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
            task = Task(made if type(made) is _Coroutine else loop.awaited(made), loop=self._loop, context=context)
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
        if self.is_told and isinstance(error, (loop.DeadlineExceeded, CancelledError)):
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


def _located(write):
    """What writes to the log, after it has said which row that is of."""

    def located(*arguments):
        row = _row.get()
        if row is None or not loop.is_current(row[0]) or row[0].locate is None:
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
