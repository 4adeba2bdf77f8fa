"""Runs the doctests of a UDF file where its functions run, as rows of a table: one for each text that has examples.

It is imported before the file runs, and used only by `clutch test`.
"""

from collections.abc import Iterator
from doctest import DocTestFinder, DocTestRunner
from typing import NamedTuple

from clutch import DeadlineExceeded, udtf

#: What the table function is called.
NAME = "clutch_doctests"


class Tested(NamedTuple):
    """The examples of a text: what they belong to, in which line the first one that fails stands, else the text, or 0, how many
    there are and how many fail, and what is said of these."""

    name: str
    line: int
    examples: int
    failures: int
    report: str


class _Runner(DocTestRunner):
    """Remembers where the first example fails, and stops where the host says."""

    failed = None

    def report_failure(self, out, test, example, got):
        self.failed = self.failed or example
        super().report_failure(out, test, example, got)

    def report_unexpected_exception(self, out, test, example, exc_info):
        if issubclass(exc_info[0], DeadlineExceeded):
            raise exc_info[1]
        self.failed = self.failed or example
        super().report_unexpected_exception(out, test, example, exc_info)


def mark(module, filename, timeout):
    """Mark the table function that runs the tests of a module.

    timeout: how many seconds the examples of a text may take; None for any time.
    """

    def run(first: int) -> Iterator[Tested]:
        """Run the doctests of the file, from a text on."""
        tests = DocTestFinder().find(module, module.__name__)
        for test in sorted(tests, key=lambda test: (test.lineno or 0, test.name))[first:]:
            test.filename = filename
            said, runner = [], _Runner(verbose=False)
            result = runner.run(test, out=said.append)
            failed = 0 if runner.failed is None else runner.failed.lineno
            line = 0 if test.lineno is None else test.lineno + failed + 1
            name = test.name.removeprefix(module.__name__).removeprefix(".")
            yield Tested(name or filename, line, result.attempted, result.failed, "".join(said).replace(runner.DIVIDER + "\n", ""))

    udtf(name=NAME, on_error="collect", timeout=timeout)(run)
