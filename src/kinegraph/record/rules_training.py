"""Training load: sets per muscle, fatigue per day, and muscles that are trained before they have recovered.

The sources and the choices are in docs/domain.md, Training load.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from kinegraph.charts.rules_bars import Panel, bar_chart

CHART = "training-load"
"""The path of its chart, below that of all charts."""
MAX_DAYS = 92
MAX_CONFLICTS = 200
LEAD_DAYS = 3
"""Days before a window from which an exercise may still need recovery."""
SECONDARY_SHARE = 0.5
USUAL_SETS = 3
"""The sets for which an exercise's fatigue score counts once."""


class TrainedRow(Protocol):
    """An exercise in an assignment: how many sets of it were planned and done, on which day."""

    organization_id: UUID
    assignment_id: UUID
    exercise_id: UUID
    day: date
    planned: int
    done: int
    primary_muscles: Sequence[str]
    secondary_muscles: Sequence[str]
    fatigue_score: int | None
    recovery_hours: int


@dataclass(slots=True)
class Amounts:
    """Planned and done sets and fatigue, of a muscle or of a day."""

    planned_sets: float = 0
    done_sets: float = 0
    planned_fatigue: float = 0
    done_fatigue: float = 0


@dataclass(frozen=True, slots=True)
class Conflict:
    """A muscle that is trained again before it has recovered."""

    muscle: str
    before: TrainedRow
    after: TrainedRow
    hours: int


@dataclass(frozen=True, slots=True)
class Training:
    """An athlete's training load in a window of days."""

    organization_id: UUID
    athlete_id: UUID
    start: date
    end: date
    muscles: dict[str, Amounts] = field(default_factory=dict)
    days: dict[date, Amounts] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)


def training_of(
    organization_id: UUID, athlete_id: UUID, start: date, end: date, rows: Sequence[TrainedRow]
) -> Training:
    """The load of rows in the order of their days; those before the window count for recovery alone."""
    muscles: dict[str, Amounts] = defaultdict(Amounts)
    days: dict[date, Amounts] = defaultdict(Amounts)
    for row in rows:
        if row.day < start:
            continue
        shares = dict.fromkeys(row.secondary_muscles, SECONDARY_SHARE) | dict.fromkeys(row.primary_muscles, 1.0)
        for muscle, share in shares.items():
            muscles[muscle].planned_sets += share * row.planned
            muscles[muscle].done_sets += share * row.done
        day, fatigue = days[row.day], (row.fatigue_score or 0) / USUAL_SETS
        day.planned_sets += row.planned
        day.done_sets += row.done
        day.planned_fatigue += fatigue * row.planned
        day.done_fatigue += fatigue * row.done
    ordered = dict(sorted(muscles.items(), key=lambda each: (-max(each[1].planned_sets, each[1].done_sets), each[0])))
    conflicts = [each for each in conflicts_of(rows) if each.after.day >= start][:MAX_CONFLICTS]
    return Training(organization_id, athlete_id, start, end, ordered, dict(sorted(days.items())), conflicts)


def conflicts_of(rows: Sequence[TrainedRow]) -> list[Conflict]:
    """For each assignment and primary muscle, the earlier exercise that leaves the muscle the furthest from recovered.

    A day has no hours: two days in sequence are 24 hours apart, and two assignments of one day none.
    """
    trained: dict[str, list[TrainedRow]] = defaultdict(list)
    found: dict[tuple[UUID, str], Conflict] = {}
    for row in rows:
        for muscle in dict.fromkeys(row.primary_muscles):
            recent = [each for each in trained[muscle] if (row.day - each.day).days <= LEAD_DAYS]
            for before in recent:
                hours = 24 * (row.day - before.day).days
                missing = before.recovery_hours - hours
                key = row.assignment_id, muscle
                other = found.get(key)
                is_worse = other is None or missing > other.before.recovery_hours - other.hours
                if before.assignment_id != row.assignment_id and missing > 0 and is_worse:
                    found[key] = Conflict(muscle, before, row, hours)
            trained[muscle] = [*recent, row]
    return list(found.values())


def chart_of(training: Training) -> str:
    """The chart of a training load: sets per muscle, and fatigue per day."""
    window = f"{training.start} to {training.end}"
    muscles = [
        (muscle.replace("_", " "), each.planned_sets, each.done_sets) for muscle, each in training.muscles.items()
    ]
    days = [
        (str(day), round(each.planned_fatigue, 1), round(each.done_fatigue, 1)) for day, each in training.days.items()
    ]
    conflicts = f"{len(training.conflicts)} times a muscle is trained before it has recovered."
    description = f"Training load, {window}: {len(muscles)} muscles on {len(days)} days; {conflicts}"
    panels = [Panel("Sets per muscle", muscles), Panel("Fatigue per day", days)]
    return bar_chart(f"Training load, {window}", description, panels, f"Nothing is planned or recorded from {window}.")
