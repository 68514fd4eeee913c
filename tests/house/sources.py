"""Reading the repository's sources: its files, the modules of the product, and what they import."""

import ast
import fnmatch
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src"
MAP = ast.get_docstring(ast.parse((SOURCES / "kinegraph" / "__init__.py").read_text())) or ""
LEVELS: Mapping[str, int] = {room: int(level) for level, room in re.findall(r"^ {3,4}(\d+)  (\w+)", MAP, re.MULTILINE)}
"""The level of each room. A room imports rooms of lower levels only; modules outside the rooms import any of them."""

PROCESSES = "commands"
"""The package of the command line. It is no room, and nothing imports it."""


@dataclass(frozen=True)
class Module:
    """A Python file, parsed."""

    path: Path

    @property
    def name(self) -> str:
        """Its name within the product: `workout.store`; `kit` for a room itself, empty for the map of the rooms."""
        parts = self.path.relative_to(SOURCES / "kinegraph").with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")

    @property
    def room(self) -> str | None:
        """The room that it belongs to; None for a module outside the rooms."""
        first = self.name.partition(".")[0]
        return first if (SOURCES / "kinegraph" / first).is_dir() and first not in ("", PROCESSES) else None

    @property
    def package(self) -> str:
        """The package that it belongs to, room or not."""
        return self.name.partition(".")[0]

    @property
    def kind(self) -> str:
        """The file of a room that it is: tables, rules, store, graph or jobs; the prefix of `store_comments`."""
        return self.name.rpartition(".")[2].partition("_")[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    @cached_property
    def imports(self) -> tuple[tuple[ast.stmt, str], ...]:
        """The absolute names of all imports in it, `if TYPE_CHECKING` included, with their statements."""
        return tuple(self._imports())

    def _imports(self) -> Iterator[tuple[ast.stmt, str]]:
        package = ["kinegraph", *self.name.split(".")]
        package = package if self.path.name == "__init__.py" else package[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = [] if not node.level else package[: len(package) - node.level + 1]
                start = ".".join([*base, *([node.module] if node.module else [])])
                yield from ((node, f"{start}.{alias.name}") for alias in node.names)

    @cached_property
    def uses(self) -> set[str]:
        """The names of the product's modules that it imports."""
        found = {_module_of(name) for _, name in self.imports if name.split(".")[0] == "kinegraph"}
        return found - {self.name, ""}


def _module_of(imported: str) -> str:
    """The module that an absolute name is, or is in."""
    name = imported.removeprefix("kinegraph").removeprefix(".")
    return name if name in modules() else name.rpartition(".")[0]


@cache
def modules() -> dict[str, Module]:
    """Every module of the product by name."""
    return {module.name: module for module in map(Module, sorted((SOURCES / "kinegraph").rglob("*.py")))}


@cache
def files() -> tuple[Path, ...]:
    """Every file that .gitignore does not exclude."""
    return tuple(_walked())


def _walked() -> Iterator[Path]:
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]
    pending = [ROOT]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if path.name != ".git" and not any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored):
                if path.is_dir():
                    pending.append(path)
                else:
                    yield path


def pythons() -> list[Module]:
    """Every Python file of the repository. They are parsed anew each time, as all trees together take much memory."""
    return [Module(path) for path in files() if path.suffix == ".py"]


def functions(module: Module, nodes: Iterable[ast.AST]) -> Iterator[tuple[str, int]]:
    """Each function of a file's nodes, inner ones too, with its lines from `def` to its end."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module.path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


@cache
def comments(path: Path) -> tuple[tuple[int, str], ...]:
    """The comments of a file by line; a `#` in a string is not a comment."""
    with path.open("rb") as opened:
        tokens = tokenize.tokenize(opened.readline)
        return tuple((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)
