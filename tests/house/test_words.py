"""Tests that private words do not come back: names that only this project used, where its field has standard terms.

They search names, comments, docstrings and SQL of every Python file, and the documents. They do not search messages and
descriptions for users, where some of these words are plain English.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from tests.house.sources import ROOT, files

# Written in fragments, so that this file does not contain what it forbids.
WORDS = {
    "ke" + "pt": "cached, stored, retained",
    "she" + "lf": "cache",
    "shel" + "ves": "caches",
    "pie" + "ces": "fragments",
    "lend" + "ing": "lease",
    "lin" + "ger": "deferred commit",
    "lin" + "gers": "deferred commit",
    "glan" + "ce": "a term for what is read",
    "do" + "se": "prescription",
    "do" + "ses": "prescriptions",
    "pi" + "ck": "choose, select",
    "pic" + "ked": "chosen, selected",
    "kno" + "wns": "cached viewers",
    "reen" + "ter": "authenticate",
    "sur" + "prise": "fallback",
    "tal" + "ly": "count",
    "pla" + "ced": "positioned, numbered",
    "set" + "tled": "finished, decided",
}
"""Words that occur nowhere, each with the standard terms in their place."""

NAMES = {
    "ask" + "ed": "requested",
    "as" + "ks": "requests",
    "to" + "ld": "message, format_…",
    "te" + "lls": "shows, distinguishes",
    "loo" + "ks": "reads",
    "kno" + "wn": "existing, cached, allowed",
    "ente" + "red": "authenticated, set",
    "who" + "ever": "the user, the caller",
    "ke" + "eps": "caches, stores, retains",
}
"""Words that no name contains, though sentences may, and the names of tests, which are sentences."""

CONSTANTS = re.compile("(?:MO" + "ST|LONG" + "EST)_|Stand" + "In|STAND_" + "IN|Con" + "tents")
"""Beginnings of names of limits (MAX_…), and names of classes that only this project used."""

ALLOWED: Mapping[str, Mapping[str, str]] = {
    "docs/operations.md": {"ke" + "pt": "part of a setting's old name, which works for one release"},
    "docs/content.md": {"do" + "se": "a key of the objects that authors of entries write"},
    "docs/domain.md": {"pie" + "ces": "pieces of equipment: plain English"},
}
"""Words that stay in one file, with the reason."""

OF_WORDS, OF_NAMES = (re.compile("|".join(words), re.IGNORECASE) for words in (WORDS, NAMES))
"""Whether a file may have any of them, in whatever form; most files have none, and need not be read word by word."""

SQL = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|INSERT INTO|UPDATE|DELETE)\b")


def test_private_words_do_not_come_back() -> None:
    found = [
        f"{path}:{line} {word}: say {WORDS.get(word) or NAMES.get(word) or 'MAX_…'}"
        for path in map(str, _searched())
        for line, word in sorted({*_in_texts(path), *_in_names(path)})
        if word not in ALLOWED.get(path, {})
    ]
    assert found == []


def test_every_allowed_word_occurs_in_its_file() -> None:
    for path, words in ALLOWED.items():
        assert {word for _, word in _in_texts(path)} >= {*words}, path
        assert all(len(reason) > 20 for reason in words.values())


def _searched() -> Iterator[Path]:
    """The sources and documents, by their paths in the repository. Migrations and changes of the past stay."""
    for path in (file.relative_to(ROOT) for file in files()):
        if path.suffix in (".py", ".md", ".sql") and path.parts[0] != "migrations" and path.name != "CHANGELOG.md":
            yield path


def _in_texts(path: str) -> Iterator[tuple[int, str]]:
    """The words of WORDS in a file's texts and names, with their lines."""
    content = (ROOT / path).read_text()
    if not OF_WORDS.search(content):
        return
    texts = [*_texts(content), *_names(content)] if path.endswith(".py") else [(1, content)]
    for start, text in texts:
        for number, line in enumerate(text.splitlines()):
            yield from ((start + number, word) for word in _words(line) if word in WORDS)


def _in_names(path: str) -> Iterator[tuple[int, str]]:
    """The words of NAMES, and the forms of CONSTANTS, in the names of a Python file, with their lines."""
    content = (ROOT / path).read_text() if path.endswith(".py") else ""
    if not OF_NAMES.search(content) and not CONSTANTS.search(content):
        return
    for line, name in _names(content):
        if not name.startswith("test_"):
            yield from ((line, word) for word in _words(name) if word in NAMES)
        yield from ((line, name) for _ in CONSTANTS.finditer(name))


def _words(text: str) -> list[str]:
    """The words of a text or a name, in lower case: `KEY_of` and `keyOf` are `key`, `of`."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)]


@lru_cache(1)
def _tokens(content: str) -> tuple[tokenize.TokenInfo, ...]:
    """The tokens of a Python file; of the last file they are held, as it is searched several times."""
    return tuple(tokenize.generate_tokens(io.StringIO(content).readline))


def _names(content: str) -> Iterator[tuple[int, str]]:
    """The names in a Python file, with their lines."""
    for token in _tokens(content):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def _texts(content: str) -> Iterator[tuple[int, str]]:
    """The comments, docstrings and SQL of a Python file, with their first lines."""
    for token in _tokens(content):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(content)):
        text = _constant(node.value if isinstance(node, ast.Expr) else node)
        if text and (isinstance(node, ast.Expr) or SQL.search(text)):
            yield node.lineno, text  # type: ignore[attr-defined]  # every expression has a line


def _constant(node: ast.AST) -> str:
    """The text of a string, without what an f-string inserts; empty for other nodes."""
    if isinstance(node, ast.JoinedStr):
        return " ".join(map(_constant, node.values))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
