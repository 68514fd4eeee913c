"""Facts about single rooms that the tests of all rooms use: `ROOM` in `tests/<room>/declarations.py`.

A test of all rooms takes from the schema and from the tables what it can: the path of a document to a type, the pages
of a list, the policies that most tables have. A room declares the rest, each in its own file, found by its name. A
missing declaration fails in the test that needs it, whose message names the field of `Declarations`.

`declared` imports these files. A module that they import in turn calls it in functions, never while it is imported.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any  # JSON of inputs, and read functions of any list

import asyncpg

from kinegraph.kit.rows import Row
from kinegraph.kit.sessions import ReadSession
from tests.conftest import Api, Organization, Person, World
from tests.house.sources import LEVELS

if TYPE_CHECKING:
    from tests.identity.documents import Case

WHERE = "declare this in ROOM of tests/<room>/declarations.py (tests/rooms.py explains the fields)"
"""The end of the messages of tests that miss a declaration."""


@dataclass(frozen=True)
class Targets:
    """An organization of a test whose coach may do everything, and the ids that each operation is going to be sent.

    `ids` has them by operation, such as `Mutation.addMovement`, and there by the name of an argument or of an input's
    field, or by type and name, such as `SectionInput.id`. Change them in place. `exercise` is a canonical exercise.
    """

    api: Api
    world: World
    organization: Organization
    ids: Mapping[str, dict[str, str]]
    exercise: str


@dataclass(frozen=True)
class Growth:
    """An organization that is to have this number of rows of everything, past row-level security."""

    owner: "asyncpg.Pool[Row]"
    organization: Organization
    member: Person
    rows: int


@dataclass(frozen=True, kw_only=True)
class Declarations:
    """The facts about one room; all are optional."""

    tables: Mapping[str, str | None] = field(default_factory=dict)
    """Its tables whose rows belong to an organization by `organization_id`, each with the name that cases and
    references call a row of it by; None where rows have no id."""
    unchanged: Collection[str] = ()
    """Those of them whose rows the API's role may neither change nor delete."""
    members_write: Collection[str] = ()
    """Those of them of which members write rows, too."""
    own_tables: Collection[str] = ()
    """Its other tables with `organization_id`, whose row-level security the room's own tests test."""
    policies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The commands of a table's policies, sorted (`*` all, `r` read, `a` add, `w` change), other than ["*", "r"]."""
    references: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """References to other rows: a statement that makes $1, a row of ours, refer to $2, a row of theirs; their names."""
    grow: Callable[[Growth], Awaitable[None]] | None = None
    """Stores rows in each table of the room, after those of lower rooms."""

    cases: Mapping[str, "Case"] = field(default_factory=dict)
    """Requests with ids of another organization: for each query and mutation, and for each of their ids."""
    admin_cases: Mapping[str, "Case"] = field(default_factory=dict)
    """Those that platform admins alone may send."""
    refused_too: Collection[str] = ()
    """Codes with which its cases are refused beside those of a missing id."""
    own_arguments: Collection[str] = ()
    """Arguments for ids below the root, such as `Organization.patient.userId`, that the room's own tests send."""

    exercise_ids: Collection[str] = ()
    """Arguments and fields of inputs for an exercise's id that the room's own tests send it."""

    routes: Mapping[str, str] = field(default_factory=dict)
    """The path of a document to a type, `%s` for its fields, where the shortest one does not do. `$organization` has an
    organization's id."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """A value that an argument or an input's field takes, by its name or by type and name (`LogExerciseInput.notes`),
    or a function that makes one; None: it is left out. Others are made from the type and the name."""
    targets: Callable[[Targets], Awaitable[None]] | None = None
    """Sets the ids that its operations are sent."""
    once: Mapping[str, str] = field(default_factory=dict)
    """The code with which a mutation refuses to do the same a second time, by the mutation's name."""
    client_ids: Collection[str] = ()
    """Fields of inputs, such as `recordPoseFrames.sessionId`, that take any id, since clients make it."""
    edited_by: Mapping[str, Collection[str]] = field(default_factory=dict)
    """The names of ids without which no stored version is found, by mutation; most are `id`."""

    documents: Mapping[str, str] = field(default_factory=dict)
    """Documents that select every edge, on a way from `viewer` that needs no id: their statements are counted for one
    row and for many."""
    counted_edges: Collection[str] = ()
    """Edges, by the beginnings of their names, whose statements the room's own tests count."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """A document for a list with pages, where the path to its type does not do: the first `%s` is for its arguments,
    the second for its fields."""
    list_readers: Mapping[str, str] = field(default_factory=dict)
    """The person who reads a list with pages, if no coach does: `owner` or `admin` (a platform admin)."""
    own_lists: Collection[str] = ()
    """Lists with pages whose pages the room's own tests walk."""
    reads: Mapping[str, Callable[[ReadSession[Any]], Any]] = field(default_factory=dict)
    """The read functions of lists without pages that are no edges, by field or by type."""
    bounds: Mapping[str, str] = field(default_factory=dict)
    """What bounds a list without pages that no statement bounds, by field."""
    own_nodes: Collection[str] = ()
    """Types with an id that the room's own tests find by it; others are read by their path."""

    caches: Mapping[str, str] = field(default_factory=dict)
    """Caches that grow while caches are switched off, by the name within the product, and what bounds each."""
    clocks: Mapping[str, str] = field(default_factory=dict)
    """Modules that read a clock or chance, and why no answer depends on it that is compared by its tag."""


@cache
def declared() -> Mapping[str, Declarations]:
    """The declarations of each room that has some, lower rooms first."""
    rooms = [path.parent.name for path in Path(__file__).parent.glob("*/declarations.py")]
    order = [*LEVELS]
    rooms.sort(key=lambda room: (order.index(room) if room in order else len(order), room))
    return {room: import_module(f"tests.{room}.declarations").ROOM for room in rooms}


@cache
def merged(name: str) -> Mapping[str, Any]:
    """The mappings of all rooms by the name of the field, as one. A key that two rooms declare fails."""
    found: dict[str, Any] = {}
    for room, each in declared().items():
        own: Mapping[str, Any] = getattr(each, name)
        assert not found.keys() & own.keys(), f"{room} declares {name} of another room: {found.keys() & own.keys()}"
        found |= own
    return found


@cache
def listed(name: str) -> tuple[str, ...]:
    """The collections of all rooms by the name of the field, as one."""
    return tuple(entry for each in declared().values() for entry in getattr(each, name))


async def grow_rooms(growth: Growth) -> None:
    """Store the rows of every room that declares how, lower rooms first."""
    for each in declared().values():
        if each.grow is not None:
            await each.grow(growth)
