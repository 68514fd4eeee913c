"""Many cheap cases in one test: to collect and report a test takes longer than a comparison or a statement."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def about(case: object) -> Iterator[None]:
    """Name the case that a failure of the block is about."""
    try:
        yield
    except Exception as error:
        error.add_note(f"The case is {case}.")
        raise
