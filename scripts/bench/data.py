"""The data set: 20 organizations, 10,000 workouts, 200,000 movements, 300,000 comments; the same at every run."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

ORGANIZATIONS, CANONICAL, OWN, OVERRIDES = 20, 900, 20, 150
WORKOUTS, MOVEMENTS, COMMENTS = 500, 20, 30
"""Workouts of each organization, movements and comments of each workout."""

MUSCLES = (
    "quadriceps",
    "hamstrings",
    "glutes",
    "lats",
    "traps",
    "pectorals",
    "triceps",
    "biceps",
    "abdominals",
    "calves",
)
EQUIPMENT = ("barbell", "rack", "dumbbell", "kettlebell", "bench", "band", "pull_up_bar", "box")
SENTENCE = "Keep the trunk braced and the bar close, and move with intent from the first to the last repetition. "
START = datetime(2026, 1, 1, tzinfo=UTC)


class Ids:
    """Ids that are the same at every run, and grow."""

    def __init__(self) -> None:
        self._next = 0

    def __call__(self) -> UUID:
        """The next id."""
        self._next += 1
        return UUID(int=(0x0190_0000_0000_7000_8000 << 48) + self._next)


async def build(url: str) -> None:
    """Fill an empty, migrated database."""
    connection = await asyncpg.connect(url)
    try:
        for table, columns, rows in tables():
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


def tables() -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
    """Every table's rows, in an order that its references allow."""
    ids, dice = Ids(), random.Random(7)
    organizations = [ids() for _ in range(ORGANIZATIONS)]
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
    canonical = [ids() for _ in range(CANONICAL)]
    own = [[ids() for _ in range(OWN)] for _ in organizations]
    rows = [_exercise(id, None, n, dice) for n, id in enumerate(canonical)]
    rows += [
        _exercise(id, o, n, dice) for o, group in zip(organizations, own, strict=True) for n, id in enumerate(group)
    ]
    yield "exercises", EXERCISE, rows
    yield (
        "exercise_org_overrides",
        ["organization_id", "exercise_id", "overrides"],
        [
            (o, id, json.dumps({"name": f"Our name {n}", "cues": ["Our own cue"], "difficulty": 1 + n % 5}))
            for o in organizations
            for n, id in enumerate(dice.sample(canonical, OVERRIDES))
        ],
    )
    yield from _workouts(ids, dice, organizations, users, canonical, own)


EXERCISE = [
    "id", "organization_id", "slug", "name", "description", "athlete_notes", "category", "kind", "movement_pattern",
    "primary_muscles", "secondary_muscles", "equipment", "aliases", "difficulty", "discipline", "cues", "common_faults",
    "scaling_options", "video_url", "thumbnail_url",
]  # fmt: skip


def _exercise(id: UUID, organization: UUID | None, number: int, dice: random.Random) -> tuple[Any, ...]:
    name = f"{dice.choice(('Front', 'Back', 'Split', 'Tempo', 'Paused'))} exercise {number}"
    slug = f"exercise-{number}" if organization is None else None
    address = f"https://media.example.com/exercises/{number}"
    return (
        id, organization, slug, name, SENTENCE, SENTENCE[:60], "strength", "strength_compound", "squat",
        dice.sample(MUSCLES, 2), dice.sample(MUSCLES, 3), dice.sample(EQUIPMENT, 2), [f"Alias {number}", f"EX{number}"],
        dice.randint(1, 5), ["powerlifting"], [SENTENCE[:40], SENTENCE[:50]], [SENTENCE[:45]], [SENTENCE[:30]],
        f"{address}/video.mp4", f"{address}/thumbnail.jpg",
    )  # fmt: skip


def _workouts(
    ids: Ids,
    dice: random.Random,
    organizations: list[UUID],
    users: list[list[UUID]],
    canonical: list[UUID],
    own: list[list[UUID]],
) -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
    workouts: list[tuple[Any, ...]] = []
    sections: list[tuple[Any, ...]] = []
    movements: list[tuple[Any, ...]] = []
    comments: list[tuple[Any, ...]] = []
    for o, people, mine in zip(organizations, users, own, strict=True):
        for number in range(WORKOUTS):
            workout, moment = ids(), START + timedelta(minutes=len(workouts))
            workouts.append((workout, o, people[0], f"Day {number}", SENTENCE, "none", moment, moment))
            parts = [ids() for _ in range(4)]
            sections += [(id, o, workout, "main", f"Part {n}", n, "linear") for n, id in enumerate(parts)]
            placed = [ids() for _ in range(MOVEMENTS)]
            for n, id in enumerate(placed):
                exercise = dice.choice(mine) if n % 10 == 9 else dice.choice(canonical)
                movements.append((id, o, parts[n % 4], exercise, n // 4, _dose(dice), SENTENCE[:60], "ABCDE"[n // 4]))
            for n in range(COMMENTS):
                at = moment + timedelta(hours=1, seconds=n)
                comments.append((ids(), o, placed[n % MOVEMENTS], dice.choice(people), SENTENCE[:70], at, at))
    named = ["id", "organization_id"]
    yield "workouts", [*named, "author_id", "title", "description", "scoring", "created_at", "updated_at"], workouts
    yield "workout_sections", [*named, "workout_id", "type", "title", "sort_order", "shape"], sections
    columns = [*named, "section_id", "exercise_id", "sort_order", "prescription", "notes", "label"]
    yield "workout_movements", columns, movements
    columns = [*named, "workout_movement_id", "author_id", "body", "created_at", "updated_at"]
    yield "exercise_comments", columns, comments


def _dose(dice: random.Random) -> str:
    load = {"value": float(dice.randrange(20, 200, 5)), "unit": "kg"}
    return json.dumps({"sets": dice.randint(2, 6), "reps_min": dice.randint(3, 12), "load": load, "rest_seconds": 90})
