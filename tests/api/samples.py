"""Valid and invalid values for every argument, generated from the schema, so that new arguments are tested too."""

import itertools
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any  # values of any input type, wrong ones too

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from tests.api.routes import SCHEMA, routes
from tests.rooms import WHERE, merged

LONG = "x" * 101_000
"""Longer than any text that the API takes."""
SURROGATE = "\ud800"
_numbers = itertools.count(1)
SOON = (datetime.now(UTC) + timedelta(days=30)).isoformat()
NOW = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
TODAY = datetime.now(UTC).date().isoformat()
ANY_ID = uuid.UUID("0190b5b1-9d4e-7c3a-8000-0123456789ab")

Path = tuple[str, ...]

NO_INPUTS: tuple[Any, ...] = ("text", 7, True, [7], {"frobnicate": 1})
NO_MEMBERS: tuple[Any, ...] = ("NOPE", "", "\0", 0, True, LONG, SURROGATE, {}, ["NOPE"])

STRINGS: Mapping[str, str | None] = {
    "imageKey": None,  # an upload can be used once, and no other picture is there
    "videoUrl": "https://example.com/video",
    "thumbnailUrl": "http://example.com/picture.jpg",
    "tempo": "3-1-X-0",
    "timeZone": "Asia/Jerusalem",
    **dict.fromkeys(("targetMuscles", "muscles", "excludeMuscles", "primaryMuscles", "secondaryMuscles"), "chest"),
    **dict.fromkeys(("availableEquipment", "requiresEquipment", "excludeEquipment"), "barbell"),
    "fields": "name",
    "safeFor": "knee_pain",
    "conditions": "knee_pain",
    "avoidIf": "asthma",
    "cautionIf": "knee_pain",
    "indicatedFor": "osteoporosis",
    "condition": "knee_pain",
    "classKey": "barbell_squat",
    "defaultTempo": "3-1-X-0",
    "label": "A",
    "locales": "he",
    "mime": "video/mp4",
    "objectKey": "seeds/exercises.json",
    "supersetGroup": "B1",
}
ENUMS: Mapping[str, str] = {
    "TaxonomyKind": "BODY_REGION", "ProgressionType": "VARIATION", "EnrollmentStatus": "PAUSED",
}  # fmt: skip
"""Members that go with the other values; else it is the first, or PUBLISHED."""

NUMBERS: Mapping[str, int | None] = {
    "repsMin": 3, "repsMax": 5, "sessionMinutes": 30, "videoDurationSeconds": None, "fatigueScore": 8, "rir": None,
    "level": 1, "versionNumber": 2, "from": 1, "to": None,  # versions of a plan
}  # fmt: skip
NEAR = ("PauseEnrollmentInput", "ResumeEnrollmentInput", "MoveEnrollmentInput", "SetEnrollmentStatusInput")
"""The inputs whose days must be about today."""
CONFIGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("REP_SCHEME", ("repScheme", "capSeconds")),
    ("INTERVALS", ("workSeconds", "restSeconds", "rounds")),
    ("EMOM", ("intervalSeconds",)),
)
"""Shapes that between them take every config key; the sections of a sample tree have them in this order."""


@dataclass(frozen=True)
class Operation:
    """A field that takes arguments, and the document that selects it with a variable for each."""

    parent: str
    name: str

    @property
    def arguments(self) -> dict[str, GraphQLInputType]:
        """The types of its arguments, without deprecated ones."""
        parent = SCHEMA.type_map[self.parent]
        assert isinstance(parent, GraphQLObjectType)
        arguments = parent.fields[self.name].args.items()
        return {name: argument.type for name, argument in arguments if argument.deprecation_reason is None}

    @property
    def is_leaf(self) -> bool:
        """True if it answers a value, of which nothing is selected."""
        parent = SCHEMA.type_map[self.parent]
        assert isinstance(parent, GraphQLObjectType)
        return is_leaf_type(get_named_type(parent.fields[self.name].type))

    @property
    def text(self) -> str:
        """The document."""
        parent = SCHEMA.type_map[self.parent]
        assert isinstance(parent, GraphQLObjectType)
        result = get_named_type(parent.fields[self.name].type)
        passed = ", ".join(f"{name}: ${name}" for name in self.arguments)
        declared = ", ".join(f"${name}: {type}" for name, type in self.arguments.items())
        route = routes().get(self.parent, "")
        assert route, f"no path leads to {self.parent} by lists alone; `routes`: {WHERE}"
        through = "$organization: ID!, " if "$organization" in route else ""
        verb = "mutation" if self.parent == "Mutation" else "query"
        selection = "" if self.is_leaf else f" {{ {self._selection(result)} }}"
        return f"{verb} ({through}{declared}) {{ {route % f'{self.name}({passed}){selection}'} }}"

    @staticmethod
    def _selection(result: Any) -> str:
        """The fields that are selected of an answer."""
        assert isinstance(result, GraphQLObjectType | GraphQLInterfaceType)
        is_list, is_payload = "totalCount" in result.fields, "userErrors" in result.fields
        plain = "id" if "id" in result.fields else "__typename"
        return "totalCount pageInfo { endCursor }" if is_list else "userErrors { code field }" if is_payload else plain


def operations() -> list[Operation]:
    """Every field of the schema that takes arguments, but for subscriptions (tests/realtime)."""
    return [
        Operation(type.name, name)
        for type in SCHEMA.type_map.values()
        if isinstance(type, GraphQLObjectType) and not type.name.startswith("__") and type.name != "Subscription"
        for name, field in type.fields.items()
        if field.args
    ]


def good(type: GraphQLInputType, name: str, ids: Mapping[str, str], owner: str = "") -> Any:
    """A value that the argument or input field `name` takes, every key within given; None for an id not in `ids`."""
    if isinstance(type, GraphQLNonNull):
        return good(type.of_type, name, ids, owner)
    for key in (f"{owner}.{name}", name):
        if key in merged("values"):
            value = merged("values")[key]
            return value() if callable(value) else value
    if name in ("uploadIds", "removeAttachmentIds", "ids"):
        return []  # an upload can be used once
    if isinstance(type, GraphQLList):
        return [good(type.of_type, name, ids, owner)] if name != "sections" else _sections(type, ids)
    if isinstance(type, GraphQLInputObjectType):
        texts = {f"{key}Text" for key in type.fields}  # refused beside the lists that they are split into
        return {key: good(field.type, key, ids, type.name) for key, field in type.fields.items() if key not in texts}
    if isinstance(type, GraphQLEnumType):
        return "PUBLISHED" if "PUBLISHED" in type.values else ENUMS.get(type.name, next(iter(type.values)))
    if name in ("name", "slug"):
        return f"{name}-{next(_numbers)}"
    if name == "clientId":
        return f"client {next(_numbers)}"
    if name == "url":
        return f"https://example.com/suggested/{next(_numbers)}"
    if type.name == "Date" and (owner in NEAR or name in ("startsOn", "expiresOn")):
        return TODAY
    moments = {"expiresAt": SOON, "occurredAt": NOW, "startedAt": NOW}
    by_type = {"Int": NUMBERS.get(name, 4), "Float": 1.5, "Boolean": True,
               "String": STRINGS.get(name, "Text"), "Date": "2026-03-01", "DateTime": moments.get(name)}  # fmt: skip
    if type.name == "ID":
        return ids.get(f"{owner}.{name}" if owner and name == "id" else name)
    return None if name in ("after", "before", "last", "since") else by_type[type.name]


def _sections(type: Any, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    fresh = {name: id for name, id in ids.items() if "." not in name}
    sections = [good(type.of_type, "", ids if index == 0 else fresh) for index in range(len(CONFIGS))]
    for section, (shape, keys) in zip(sections, CONFIGS, strict=True):
        config = {key: value for key, value in section["config"].items() if key in keys}
        section.update(shape=shape, config=config)
    return sections


def leaves(type: GraphQLInputType, path: Path) -> Iterator[tuple[Path, GraphQLInputType]]:
    """All positions in an argument that take a value, with their types; lists by their first entry."""
    yield path, type
    inner: Any = type.of_type if isinstance(type, GraphQLNonNull) else type
    if isinstance(inner, GraphQLList):
        if not is_leaf_type(get_named_type(inner)):
            yield from leaves(inner.of_type, (*path, "0"))
    elif isinstance(inner, GraphQLInputObjectType):
        for key, field in inner.fields.items():
            index = next(
                (str(i) for i, (_, keys) in enumerate(CONFIGS) if key in keys and path[-1:] == ("config",)), None
            )
            at = (*path[:-2], index, "config") if index else path
            yield from leaves(field.type, (*at, key))


def bad(type: GraphQLInputType, path: Path) -> Iterator[tuple[Any, Path]]:
    """Invalid values, each with the path that the refusal must name."""
    if isinstance(type, GraphQLNonNull):
        yield None, path
        yield from bad(type.of_type, path)
    elif isinstance(type, GraphQLList):
        if is_leaf_type(get_named_type(type)):
            yield from (([value], (*at, "0")) for value, at in bad(type.of_type, path) if not isinstance(value, list))
        if get_named_type(type).name == "String":
            yield from (([""], (*path, "0")), ([f"entry {number}" for number in range(5_000)], path))
        yield from ((value, _named(value, type, path)) for value in NO_INPUTS[2:] if value != [7])
    elif isinstance(type, GraphQLInputObjectType):
        yield from ((value, _named(value, type, path)) for value in NO_INPUTS)
    elif isinstance(type, GraphQLEnumType):
        lower = next(iter(type.values)).lower()
        yield from ((value, path) for value in (lower, *NO_MEMBERS))
    else:
        yield from ((value, path) for value in BAD[get_named_type(type).name] if not _is_fine(value, path))


def _named(value: Any, type: GraphQLInputType, path: Path) -> Path:
    """The path that the refusal of one of NO_INPUTS names: that of the unknown field, in an input object."""
    is_input = isinstance(get_named_type(type), GraphQLInputObjectType)
    return (*path, *value) if is_input and isinstance(value, dict) else path


BAD: Mapping[str, tuple[Any, ...]] = {
    "ID": ("no", "", "\0", f"{ANY_ID}\0", f"{ANY_ID}\n", ANY_ID.hex, f"{{{ANY_ID}}}", str(ANY_ID).replace("0", "٠"),
           "urn:uuid:" + str(ANY_ID), LONG, SURROGATE, -1, 2**31, 2**63, 10**30, 1.5, True, {}, [str(ANY_ID), "x"]),
    "String": ("\0", "a\0b", "\x1b[31m", "\x7f", LONG, SURROGATE, f"a{SURROGATE}", 7, 1.5, True, {}, ["a", "b"]),
    "Int": (2**31, -(2**31) - 1, 2**63, 10**30, -1, 1.5, "1", "", True, {}, [1, 2]),
    "Float": ("1", "", True, -1, 1e308, {}, [1.5, 2.5]),
    "Date": ("", "today", "2026-13-01", "2026-02-30", "2026-3-1", "20260301", "2026-W09-7", "01.03.2026", "0001-01-01",
             "0001-01-03", "9999-12-31",
             "2026-03-01T00:00:00Z", "+12026-03-01", "٢٠٢٦-٠٣-٠١", "2026-03-01\0", LONG, SURROGATE, 7, True, {}),
    "DateTime": ("", "today", "2026-03-01", "2026-03-01T10:00:00", "2026-03-01T10:00:00Z", "0001-01-01T00:00:00+14:00",
                 "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "2999-12-31T23:59:59.999Z",
                 "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-03-01T10:00:00+99:99", "٢٠٢٦-٠٣-٠١T00:00:00Z",
                 "2026-03-01T10:00:00Z\0", LONG, SURROGATE, 7, True, {}, []),
    "Boolean": ("true", "", 1, 0, 0.0, {}, [True, False]),
}  # fmt: skip


def _is_fine(value: Any, path: Path) -> bool:
    """A requested value that is not stored may be any whole number and any date."""
    if path[-1] == "clientId":  # any text on one line
        return isinstance(value, int | str) and 0 < len(str(value)) <= 100 and "\0" not in str(value) != SURROGATE
    is_wanted = value == -1 and path[-1] in ("difficultyMin", "difficultyMax", "maxFatigue") and path[0] != "input"
    is_day = value in ("0001-01-01", "0001-01-03", "9999-12-31") and (
        path[-1] == "to" or (path[-1] in ("from", "on") and path[0] != "input")
    )
    return is_wanted or (value == -1 and path[-1] == "seed") or is_day


def put(value: Any, path: Path, new: Any) -> Any:
    """The value with `new` at the path; missing objects on the path are added."""
    if not path:
        return new
    element, *rest = path
    if isinstance(value, list):
        position = int(element)
        return [put(entry, tuple(rest), new) if index == position else entry for index, entry in enumerate(value)]
    existing = value or {}
    return {**existing, element: put(existing.get(element), tuple(rest), new)}
