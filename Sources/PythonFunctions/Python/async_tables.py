"""Async table functions: an async generator, row by row as they are asked for, on the interpreter's event loop."""

from asyncio import CancelledError, Task

import _clutch_loop as loop
from _clutch_texts import shown


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


class _Table(loop.Call):
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
            self._loop = loop.usable_loop()
            self._task = Task(self._draw(), loop=self._loop)
            self._task.add_done_callback(self._note_end)
        elif not self._task.done() and not self._wanted.done():
            # Else what stands at its row has been cancelled meanwhile, as by a timeout that is open there.
            self._wanted.set_result(None)
        loop.run_until_reached(self)
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
        if task is None or task.done() or loop.is_closed(self._loop):
            return
        self.is_ending = True
        task.cancel()
        if loop.is_running(self._loop):
            return
        self._has_item = False
        loop.run_until_reached(self)
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
        self.fail(loop.DeadlineExceeded())

    def fail(self, error):
        self.is_ending = True
        self._error = error
        self._has_item = False
        self._task.cancel()
        self.look()

    def look(self):
        if self.is_reached():
            loop.stop_loop(self._loop)

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
        self._wanted = loop.create_future(self._loop)
        loop.stop_loop(self._loop)
        await self._wanted
