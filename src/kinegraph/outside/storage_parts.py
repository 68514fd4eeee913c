"""The parts of an object that is sent in parts, as files in a folder that are named by their numbers."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def numbers(folder: Path) -> list[int]:
    """The numbers of the parts that have arrived, in their order."""
    return sorted(int(path.name) for path in folder.glob("*") if path.name.isdecimal())


def received(whole: Path, folder: Path) -> Mapping[int, int] | None:
    """The sizes of the parts that have arrived, by number; None where they were joined to the file `whole`."""
    if whole.exists():
        return None
    return {number: (folder / str(number)).stat().st_size for number in numbers(folder)}


def join(folder: Path, count: int, descriptor: int) -> bool:
    """Write the parts from 1 to `count` to a file. Returns False where one is not there, as another has joined them."""
    with os.fdopen(descriptor, "wb") as whole:
        for number in range(1, count + 1):
            try:
                with (folder / str(number)).open("rb") as part:
                    shutil.copyfileobj(part, whole, 1024 * 1024)
            except FileNotFoundError:
                return False
    return True
