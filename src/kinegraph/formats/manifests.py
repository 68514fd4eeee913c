"""Manifests of persisted documents: Apollo's, Relay's (graphql-codegen writes the same), and folders of documents."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any  # the JSON of files

from kinegraph.formats.records import File, FileError, one_line, text_of

APOLLO = "apollo-persisted-query-manifest"
MAX_ENTRIES = 10_000
"""Entries of a manifest, at most: checking one takes milliseconds."""
PAIR = re.compile(r'"((?:[^"\\]|\\.)*+)"\s*+:\s*+"(?:[^"\\]|\\.)*+"', re.DOTALL)
"""A name and a text in an object of JSON: an entry of Relay's manifest."""
SUFFIXES = (".graphql", ".gql")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of a manifest; `id` is None where the manifest has none, and the text's hash stands for it."""

    location: str
    id: str | None
    text: str


class _Object(dict[str, Any]):
    """A JSON object with all its members, those too that have a name twice."""

    def __init__(self, members: Sequence[tuple[str, Any]]) -> None:
        super().__init__(members)
        self.members = members


def read_manifest(file: File) -> list[Entry]:
    """The entries of a manifest, Apollo's or Relay's. Raises FileError, which names the entry."""
    content = _json(file)
    if not isinstance(content, _Object):
        raise FileError(f"{file.name} must be a JSON object: Apollo's manifest, or Relay's of ids and texts.")
    if "operations" in content or content.get("format") == APOLLO:
        return list(_apollo(file.name, content))
    _require_few(file.name, len(content.members))
    return [
        _entry(file.name, _location(number, id), id, text) for number, (id, text) in enumerate(content.members, start=1)
    ]


def read_folder(name: str, files: Sequence[File]) -> list[Entry]:
    """An entry for each of a folder's files. Raises FileError."""
    _require_few(name, len(files))
    if not files:
        raise FileError(f"{name} has no files {' or '.join('*' + suffix for suffix in SUFFIXES)}.")
    return [Entry(file.name, None, text_of(file)) for file in files]


def _json(file: File) -> Any:
    text = text_of(file)
    whole: list[_Object] = []

    def read(members: Sequence[tuple[str, Any]]) -> _Object:
        whole.append(_Object(members))
        return whole[-1]

    try:
        return json.loads(text, object_pairs_hook=read)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg:
            line = text.count("\n") + 1
            raise FileError(f"{file.name} is not whole: it breaks off in line {line}, {_last(text, whole)}.") from None
        raise FileError(f"{file.name} is not JSON: line {error.lineno}, column {error.colno}.") from None
    except (ValueError, RecursionError):
        raise FileError(f"{file.name} is no manifest: it has numbers that are too long, or nests too deeply.") from None


def _last(text: str, whole: Sequence[_Object]) -> str:
    """Where a manifest breaks off: after its last whole entry."""
    if entries := [each for each in whole if "body" in each]:
        return f"after {_location(len(entries), entries[-1].get('id'), entries[-1].get('name'))}"
    pairs = [] if '"operations"' in text or f'"{APOLLO}"' in text else [*PAIR.finditer(text)]
    if not pairs:
        return "before the end of its first entry"
    return f"after {_location(len(pairs), pairs[-1][1])}"


def _apollo(name: str, content: _Object) -> Iterator[Entry]:
    if content.get("format") != APOLLO or content.get("version") != 1:
        raise FileError(f'{name} must have the `format` "{APOLLO}" and `version` 1.')
    operations = content.get("operations")
    if not isinstance(operations, list):
        raise FileError(f"{name} must have a list `operations`.")
    _require_few(name, len(operations))
    for number, each in enumerate(operations, start=1):
        if not isinstance(each, _Object):
            raise FileError(f"{name}, entry {number}: must be an object with `id`, `name`, `type` and `body`.")
        yield _entry(name, _location(number, each.get("id"), each.get("name")), each.get("id"), each.get("body"))


def _entry(name: str, location: str, id: Any, text: Any) -> Entry:
    for field, value in (("id", id), ("text", text)):
        if not isinstance(value, str) or not value.strip():
            raise FileError(f"{name}, {location}: its {field} must be a text that is not empty.")
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise FileError(f"{name}, {location}: its {field} has half of a surrogate pair, which is no character.")
    return Entry(location, id, text)


def _location(number: int, id: Any, name: Any = None) -> str:
    shown = [f'"{one_line(name)}"'] if isinstance(name, str) and name else []
    shown += [f"id {one_line(id)}"] if isinstance(id, str) and id else []
    return f"entry {number} ({', '.join(shown)})" if shown else f"entry {number}"


def _require_few(name: str, count: int) -> None:
    if count > MAX_ENTRIES:
        raise FileError(
            f"{name} has {count:,} entries: at most {MAX_ENTRIES:,} are imported at once, so entry "
            f"{MAX_ENTRIES + 1:,} is one too many. Divide it into several manifests."
        )
