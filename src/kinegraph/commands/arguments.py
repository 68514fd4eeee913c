"""The types of commands and of their arguments on the command line."""

import argparse
from collections.abc import Callable

Command = Callable[[argparse.Namespace], int]
"""The function that runs a command and returns its exit code."""


def count(text: str) -> int:
    """A whole number from 1 to 10,000. Raises ArgumentTypeError."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10_000:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 10,000")
    return int(text)
