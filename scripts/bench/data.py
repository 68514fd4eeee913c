"""The data set: 20 organizations, 10,000 workouts, 200,000 movements, 300,000 comments; the same at every run."""

import asyncio
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any  # values of rows, of every column type
from uuid import UUID

import asyncpg
import orjson

from kinegraph import revisions
from kinegraph.canonical.rules import shipped_files
from kinegraph.commands import migrate

VERSION = 3
"""Increase it with any change of the rows: a database of another version is dropped and filled again."""


@dataclass(frozen=True)
class Size:
    """Numbers of rows: workouts, own exercises and overrides per organization; movements and comments per workout.

    The benchmark uses the default; tests use fewer.
    """

    organizations: int = 20
    canonical: int = 900
    own: int = 20
    overrides: int = 150
    workouts: int = 500
    movements: int = 20
    comments: int = 30


MUSCLES = (
    "quadriceps", "hamstrings", "glutes", "lats", "traps", "pectorals", "triceps", "biceps", "abdominals", "calves",
)  # fmt: skip
EQUIPMENT = ("barbell", "rack", "dumbbell", "kettlebell", "bench", "band", "pull_up_bar", "box")
START = datetime(2026, 1, 1, tzinfo=UTC)

Row = tuple[Any, ...]
Table = tuple[str, list[str], list[Row]]
"""A table's name, its columns, its rows."""


class Ids:
    """Ascending ids, the same at every run."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self) -> UUID:
        """The next id."""
        self._next += 1
        return UUID(int=(0x0190_0000_0000_7000_8000 << 48) + self._next)


class Texts:
    """Excerpts of the canonical library, so that they compress like real texts; the same at every run."""

    def __init__(self) -> None:
        shipped = [entry for _, content in shipped_files() for entry in orjson.loads(content)]
        self._all = " ".join(entry["description"] for entry in shipped)
        self._numbers = random.Random(11)

    def __call__(self, length: int) -> str:
        """The next excerpt, of this number of characters."""
        start = self._numbers.randrange(len(self._all) - length)
        return self._all[start : start + length]


async def prepare(url: str, size: Size = Size()) -> None:
    """Create the database again, unless it has this version of the data set in the newest schema."""
    wanted = f"benchmark data {VERSION}, schema {revisions.head()}"
    connection = await asyncpg.connect(url)
    found = await connection.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    )
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.close()
    if found == wanted:
        return
    print("Building the data set (once) …", flush=True)
    connection = await asyncpg.connect(url, database="postgres")
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name}")
    await asyncio.to_thread(migrate.upgrade, url)
    await build(url, size)
    await connection.execute(f"COMMENT ON DATABASE {name} IS '{wanted}'")
    await connection.close()


async def build(url: str, size: Size = Size()) -> None:
    """Fill an empty, migrated database."""
    connection = await asyncpg.connect(url)
    try:
        for table, columns, rows in tables(size):
            # Without triggers: references are valid by construction, and copying the sections set the versions.
            role = "replica" if table in ("workout_movements", "exercise_comments") else "origin"
            await connection.execute(f"SET session_replication_role = {role}")
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        # Otherwise this would happen in the background of a measurement. Indexes have no dead entries.
        await connection.execute("VACUUM (ANALYZE, INDEX_CLEANUP OFF)")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


def tables(size: Size) -> Iterator[Table]:
    """The rows of every table, referenced tables first."""
    ids, numbers, text = Ids(), random.Random(7), Texts()
    organizations = [ids() for _ in range(size.organizations)]
    users = [[ids() for _ in range(11)] for _ in organizations]
    yield "organizations", ["id", "name", "slug"], [(o, f"Club {n}", f"club-{n}") for n, o in enumerate(organizations)]
    people = [(u, f"Person {u.int % 100_000}", f"p{u.int % 100_000}@bench.example") for group in users for u in group]
    yield "users", ["id", "name", "email"], people
    members = [
        (o, u, "coach" if n == 0 else "member")
        for o, group in zip(organizations, users, strict=True)
        for n, u in enumerate(group)
    ]
    yield "memberships", ["organization_id", "user_id", "role"], members
    canonical = [ids() for _ in range(size.canonical)]
    own = [[ids() for _ in range(size.own)] for _ in organizations]
    rows = [_exercise(id, None, n, numbers, text) for n, id in enumerate(canonical)]
    for o, group in zip(organizations, own, strict=True):
        rows += [_exercise(id, o, n, numbers, text) for n, id in enumerate(group)]
    yield "exercises", EXERCISE, rows
    overrides = [
        (o, id, json.dumps({"name": f"Our name {n}", "cues": ["Our own cue"], "difficulty": 1 + n % 5}))
        for o in organizations
        for n, id in enumerate(numbers.sample(canonical, size.overrides))
    ]
    yield "exercise_org_overrides", ["organization_id", "exercise_id", "overrides"], overrides
    yield from _workouts(size, ids, numbers, text, list(zip(organizations, users, own, strict=True)), canonical)


EXERCISE = [
    "id", "organization_id", "slug", "name", "description", "athlete_notes", "category", "kind", "movement_pattern",
    "primary_muscles", "secondary_muscles", "equipment", "aliases", "difficulty", "discipline", "cues", "common_faults",
    "scaling_options", "video_url", "thumbnail_url",
]  # fmt: skip


def _exercise(id: UUID, organization: UUID | None, number: int, numbers: random.Random, text: Texts) -> Row:
    name = f"{numbers.choice(('Front', 'Back', 'Split', 'Tempo', 'Paused'))} exercise {number}"
    slug = f"exercise-{number}" if organization is None else None
    address = f"https://media.example.com/exercises/{number}"
    return (
        id, organization, slug, name, text(102), text(60), "strength", "strength_compound", "squat",
        numbers.sample(MUSCLES, 2), numbers.sample(MUSCLES, 3), numbers.sample(EQUIPMENT, 2),
        [f"Alias {number}", f"EX{number}"], numbers.randint(1, 5), ["powerlifting"],
        [text(40), text(50)], [text(45)], [text(30)],
        f"{address}/video.mp4", f"{address}/thumbnail.jpg",
    )  # fmt: skip


def _workouts(
    size: Size,
    ids: Ids,
    numbers: random.Random,
    text: Texts,
    organizations: Sequence[tuple[UUID, Sequence[UUID], Sequence[UUID]]],
    canonical: Sequence[UUID],
) -> Iterator[Table]:
    """The workouts of organizations, which are given with their users and their own exercises."""
    workouts: list[Row] = []
    sections: list[Row] = []
    movements: list[Row] = []
    comments: list[Row] = []
    for o, people, own in organizations:
        for number in range(size.workouts):
            workout, moment = ids(), START + timedelta(minutes=len(workouts))
            workouts.append((workout, o, people[0], f"Day {number}", text(102), "none", moment, moment))
            in_workout = [ids() for _ in range(4)]
            sections += [(id, o, workout, "main", f"Part {n}", n, "linear") for n, id in enumerate(in_workout)]
            movement_ids = [ids() for _ in range(size.movements)]
            for n, id in enumerate(movement_ids):
                exercise = numbers.choice(own) if n % 10 == 9 else numbers.choice(canonical)
                stored = _prescription(numbers)
                movements.append((id, o, in_workout[n % 4], exercise, n // 4, stored, text(60), "ABCDE"[n // 4]))
            for n in range(size.comments):
                at = moment + timedelta(hours=1, seconds=n)
                comments.append((ids(), o, movement_ids[n % size.movements], numbers.choice(people), text(70), at, at))
    named = ["id", "organization_id"]
    yield "workouts", [*named, "author_id", "title", "description", "scoring", "created_at", "updated_at"], workouts
    yield "workout_sections", [*named, "workout_id", "type", "title", "sort_order", "shape"], sections
    columns = [*named, "section_id", "exercise_id", "sort_order", "prescription", "notes", "label"]
    yield "workout_movements", columns, movements
    columns = [*named, "workout_movement_id", "author_id", "body", "created_at", "updated_at"]
    yield "exercise_comments", columns, comments


def _prescription(numbers: random.Random) -> str:
    load = {"value": float(numbers.randrange(20, 200, 5)), "unit": "kg"}
    return json.dumps(
        {"sets": numbers.randint(2, 6), "reps_min": numbers.randint(3, 12), "load": load, "rest_seconds": 90}
    )
