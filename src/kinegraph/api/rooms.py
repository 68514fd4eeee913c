"""Finding the files of all rooms, so that a new room is part of the schema without being listed anywhere."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

PACKAGE = Path(__file__).parents[1]


def room_files(kind: str) -> Iterator[ModuleType]:
    """The modules called `kind` or `kind_…` (such as graph, graph_mutations) in all rooms, sorted by name."""
    for room in pkgutil.iter_modules([str(PACKAGE)]):
        for file in pkgutil.iter_modules([str(PACKAGE / room.name)]) if room.ispkg else ():
            if file.name.partition("_")[0] == kind:
                yield import_module(f"kinegraph.{room.name}.{file.name}")


def classes_of(kind: str, name: str) -> tuple[type, ...]:
    """The classes of this name in the modules that `room_files` finds."""
    return tuple(vars(module)[name] for module in room_files(kind) if name in vars(module))
