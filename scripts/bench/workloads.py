"""The workloads: requests for certain rows, and the order in which they are sent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from bench.operations import Request, request
from bench.sequences import interleave, uniform, zipf
from kinegraph.outside.tokens import Tokens

HOT, WIDE = 200, 5_000
"""The number of different workouts that are requested."""

ZIPF_EXPONENT = 1.1
DRAWS = 40_000
"""The length of a sequence, which is repeated after its end."""

WRITES_EVERY = 100
WRITES = 400
TARGETS = 10
"""The number of movements, and of overrides, that are changed in each organization."""

TOKEN_SECONDS = 36_000


@dataclass(frozen=True)
class Organization:
    """An organization, the bearer token of its coach, and the ids of rows that are requested and changed."""

    id: UUID
    token: str
    workouts: Sequence[UUID]
    movements: Sequence[UUID]
    overridden: Sequence[UUID]


@dataclass(frozen=True)
class Workload:
    """Requests, and the sequence in which they are sent, as indices."""

    title: str
    requests: Sequence[Request]
    sequence: Sequence[int]

    @property
    def writes(self) -> bool:
        """True if some of the requests change data."""
        return any(each.writes for each in self.requests)


async def read_organizations(url: str, secret: str) -> list[Organization]:
    """The organizations of the data set, in the order of their ids. `secret` signs the coaches' tokens."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """
            SELECT o.id,
                   (SELECT m.user_id FROM memberships m WHERE m.organization_id = o.id AND m.role = 'coach') AS coach,
                   ARRAY(SELECT w.id FROM workouts w WHERE w.organization_id = o.id ORDER BY w.id) AS workouts,
                   ARRAY(SELECT m.id
                         FROM workout_movements m
                         JOIN workout_sections s ON s.id = m.section_id AND s.deleted_at IS NULL
                         WHERE m.organization_id = o.id AND m.deleted_at IS NULL
                         ORDER BY md5(m.id::text) LIMIT $1) AS movements,
                   ARRAY(SELECT v.exercise_id
                         FROM exercise_org_overrides v
                         JOIN exercises e ON e.id = v.exercise_id AND e.deleted_at IS NULL
                         WHERE v.organization_id = o.id
                         ORDER BY v.exercise_id LIMIT $1) AS overridden
            FROM organizations o
            ORDER BY o.id
            """,
            TARGETS,
        )
    finally:
        await connection.close()
    tokens = Tokens(secret)
    return [
        Organization(
            row["id"],
            tokens.sign({"sub": str(row["coach"])}, TOKEN_SECONDS),
            row["workouts"],
            row["movements"],
            row["overridden"],
        )
        for row in rows
    ]


def hot_trees(organizations: Sequence[Organization], writer: str) -> Workload:
    """A few workouts of every organization, one after the other."""
    requests = _trees(organizations, HOT)
    return Workload(f"tree, {len(requests)} in turn", requests, range(len(requests)))


def wide_trees(organizations: Sequence[Organization], writer: str) -> Workload:
    """Half of the workouts, uniformly distributed."""
    requests = _trees(organizations, WIDE)
    return Workload(f"tree, {len(requests):,} at random", requests, uniform(len(requests), DRAWS, seed=1))


def zipf_trees(organizations: Sequence[Organization], writer: str) -> Workload:
    """All workouts, by Zipf's law."""
    requests = _trees(organizations)
    sequence = zipf(len(requests), ZIPF_EXPONENT, DRAWS, seed=2)
    return Workload(f"tree, {len(requests):,} by Zipf", requests, sequence)


def lists(organizations: Sequence[Organization], writer: str, first: int = 20) -> Workload:
    """The newest workouts of the organizations, one organization after the other."""
    requests = [request("list", {"id": str(each.id), "first": first}, each.token) for each in organizations]
    return Workload(f"list of {first} workouts", requests, range(len(requests)))


def libraries(organizations: Sequence[Organization], writer: str) -> Workload:
    """The first page of the library of the organizations, one organization after the other."""
    requests = [request("library", {"id": str(each.id)}, each.token) for each in organizations]
    return Workload("library, 100 exercises", requests, range(len(requests)))


def mixed(organizations: Sequence[Organization], writer: str) -> Workload:
    """Trees by Zipf's law; one request in a hundred changes data that the trees show.

    `writer` is part of the text that is written, so that it always differs from what another writer wrote.
    """
    trees = zipf_trees(organizations, writer)
    writes = [_write(organizations, writer, number) for number in range(WRITES)]
    requests = [*trees.requests, *writes]
    sequence = interleave(trees.sequence, range(len(trees.requests), len(requests)), WRITES_EVERY)
    return Workload("tree by Zipf, 1 % writes", requests, sequence)


WORKLOADS: Mapping[str, Callable[[Sequence[Organization], str], Workload]] = {
    "tree": hot_trees,
    "wide": wide_trees,
    "zipf": zipf_trees,
    "list": lists,
    "library": libraries,
    "mix": mixed,
}
"""By name; the one that changes data is the last, so that the others request the same data at every run."""


def _trees(organizations: Sequence[Organization], count: int | None = None) -> list[Request]:
    """Requests for the tree of each workout, or of about `count` of them, equally many of each organization."""
    every = 1 if count is None else max(1, sum(len(each.workouts) for each in organizations) // count)
    return [request("tree", {"id": str(id)}, each.token) for each in organizations for id in each.workouts[::every]]


def _write(organizations: Sequence[Organization], writer: str, number: int) -> Request:
    """The mutation of this number: a round of all organizations changes overrides, the next one notes of movements."""
    turn, index = divmod(number, len(organizations))
    organization = organizations[index]
    text = f"Written by {writer}, {number}"
    if turn % 2:
        id = organization.movements[turn // 2 % len(organization.movements)]
        return request("movement", {"id": str(id), "input": {"notes": text}}, organization.token)
    id = organization.overridden[turn // 2 % len(organization.overridden)]
    variables = {"organizationId": str(organization.id), "exerciseId": str(id), "overrides": {"cues": [text]}}
    return request("override", variables, organization.token)
