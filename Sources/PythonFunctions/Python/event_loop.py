"""What there is for async functions, of which a file without any imports nothing."""

from _clutch_async_tables import rows_of
from _clutch_concurrent_rows import Rows
from _clutch_loop import end, place, run, stop

__all__ = ["Rows", "end", "place", "rows_of", "run", "stop"]
