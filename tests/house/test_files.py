"""Tests of all files: docstrings, reasons of exemptions, lengths, and texts that must not be tracked."""

import ast
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from statistics import median
from typing import TypeGuard

from tests.house.sources import ROOT, comments, files, functions, modules, pythons

MAX_FILE_LINES, MEDIAN_FILE = 300, 90
MAX_FUNCTION_LINES, NINTH_FUNCTION, MEDIAN_FUNCTION = 50, 25, 8

REASON = re.compile("#.{8}")
"""A reason on the last line of an import, which has no strings."""

ALLOWED: Mapping[str, str] = {}
"""Files that may be longer, each with the reason."""


# ---------------------------------------------------------------------------------- docstrings and reasons


def test_every_exemption_from_a_checker_names_its_rule_and_a_reason() -> None:
    bare, exemption = [], re.compile(r"type:\s*ignore|noqa|pyright:|mypy:|pragma:")
    for module in pythons():
        for line, comment in comments(module.path) if exemption.search(module.path.read_text()) else ():
            if exemption.search(comment):
                reasoned = re.fullmatch(r"# (type: ignore\[[\w,-]+\]|noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*)  # .{8,}", comment)
                bare += [] if reasoned else [f"{module.path.relative_to(ROOT)}:{line} {comment}"]
    assert bare == []


def test_every_import_of_any_has_a_reason() -> None:
    silent = []
    for path, imports, _ in parsed():
        lines = path.read_text().splitlines() if imports else []
        silent += [f"{path.relative_to(ROOT)}:{end}" for end in imports if not REASON.search(lines[end - 1])]
    assert silent == []


@cache
def parsed() -> list[tuple[Path, list[int], list[tuple[str, int]]]]:
    """Of every Python file the last lines of imports of Any, and its functions with their lengths."""
    found = []
    for module in pythons():
        nodes = [*ast.walk(module.tree)]
        imports = [node.end_lineno or 0 for node in nodes if _imports_any(node)]
        found.append((module.path, imports, [*functions(module, nodes)]))
    return found


def _imports_any(node: ast.AST) -> TypeGuard[ast.stmt]:
    """True for an import of Any, and for one of the whole module, which would hide that Any is used."""
    if isinstance(node, ast.Import):
        return any(alias.name in ("typing", "typing_extensions") for alias in node.names)
    return isinstance(node, ast.ImportFrom) and any(alias.name == "Any" for alias in node.names)


# ---------------------------------------------------------------------------------- lengths


def test_no_file_is_longer_than_the_maximum() -> None:
    lengths = {str(m.path.relative_to(ROOT)): len(m.path.read_text().splitlines()) for m in pythons()}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES and name not in ALLOWED} == {}


def test_half_of_the_source_files_are_short() -> None:
    lengths = [len(module.path.read_text().splitlines()) for module in modules().values()]
    assert median(lengths) <= MEDIAN_FILE


def test_functions_are_short() -> None:
    everywhere = dict(each for _, _, found in parsed() for each in found)
    assert {name: lines for name, lines in everywhere.items() if lines > MAX_FUNCTION_LINES} == {}
    lengths = sorted(lines for module in modules().values() for _, lines in functions(module, ast.walk(module.tree)))
    assert median(lengths) <= MEDIAN_FUNCTION
    assert lengths[len(lengths) * 9 // 10] <= NINTH_FUNCTION


def test_every_exception_from_these_limits_is_still_needed() -> None:
    for name, reason in ALLOWED.items():
        assert len((ROOT / name).read_text().splitlines()) > MAX_FILE_LINES and len(reason) > 20, name


# ---------------------------------------------------------------------------------- texts that must not be tracked

# Written in fragments, so that this file does not name what it forbids.
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
