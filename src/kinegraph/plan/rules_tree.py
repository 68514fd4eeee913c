"""Checking the sessions and exercises of a plan's working copy against its stored rows, and their bounds.

A row that is sent with its id is an update of that row, which may move to another day or session; a row without an id
is new; a stored row that is not sent is deleted. The functions here only decide; `store_tree` writes what differs, with
a number of statements that does not depend on the size of the plan (docs/domain.md, Treatment plans).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any  # values of an input and of rows to store, by column
from uuid import UUID

from kinegraph.exercise.rules import ExerciseNotAvailable, reference_fault, stored_id
from kinegraph.exercise.rules_terms import ExerciseStatus
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import InvalidInput, Path, Refusal
from kinegraph.kit.rows import new_key
from kinegraph.library.rules import EffectiveExercise
from kinegraph.plan.rules import MAX_DAYS, MAX_NOTES_LENGTH, MAX_TITLE_LENGTH, MAX_WEEKS, checked_text

MAX_SESSIONS, MAX_EXERCISES, MAX_SESSION_EXERCISES = 500, 2_000, 50

BOUNDS: Mapping[str, tuple[int, int]] = {
    "sets": (1, 100),
    "reps": (1, 10_000),
    "duration_seconds": (1, 86_400),
    "hold_seconds": (1, 3_600),
    "rest_seconds": (0, 3_600),
}
"""The bounds of each amount."""

API_NAMES = {"duration_seconds": "durationSeconds", "hold_seconds": "holdSeconds", "rest_seconds": "restSeconds"}

AMOUNTS: Mapping[str, Any] = {**dict.fromkeys(BOUNDS), "per_side": False, "notes": None}
"""The columns of a prescription, each with its value where the input has no such key."""

Values = dict[str, Any]
"""A session or an exercise as it is stored: its values by column."""

SESSION_COLUMNS = ("id", "week", "day", "title", "sort_order")
EXERCISE_COLUMNS = ("id", "session_id", "exercise_id", "sort_order", *AMOUNTS)


@dataclass(frozen=True, slots=True)
class Tree:
    """The sessions and the exercises of a working copy, in their order."""

    sessions: list[Values] = field(default_factory=list)
    exercises: list[Values] = field(default_factory=list)

    @classmethod
    def of(cls, sessions: Sequence[Any], exercises: Sequence[Any]) -> "Tree":
        """The tree of stored rows."""
        return cls(
            [{column: row[column] for column in SESSION_COLUMNS} for row in sessions],
            [{column: row[column] for column in EXERCISE_COLUMNS} for row in exercises],
        )

    def session(self, id: UUID) -> Values | None:
        """The session of this id."""
        return next((each for each in self.sessions if each["id"] == id), None)

    def exercise(self, id: UUID) -> Values | None:
        """The exercise of this id: that of the session."""
        return next((each for each in self.exercises if each["id"] == id), None)


@dataclass(frozen=True, slots=True)
class SentTree:
    """The sessions and exercises of an input, with the path of each, in the same order. Ids may occur twice."""

    tree: Tree = field(default_factory=Tree)
    session_paths: list[Path] = field(default_factory=list)
    exercise_paths: list[Path] = field(default_factory=list)
    sent: set[UUID] = field(default_factory=set)
    """The ids that came with the input; the others are new."""

    @property
    def exercise_ids(self) -> list[UUID]:
        """The exercises that the tree refers to, each once."""
        return list(dict.fromkeys(each["exercise_id"] for each in self.tree.exercises))


def checked_tree(sessions: Sequence[Mapping[str, Any]], weeks: int, at: Path, checks: Checks) -> SentTree:
    """The tree of an input for a plan of so many weeks, each row with the id that was sent or a new one."""
    sent = SentTree()
    count = sum(len(session["exercises"]) for session in sessions)
    if len(sessions) > MAX_SESSIONS:
        checks.refuse(f"Must be at most {MAX_SESSIONS} sessions; these are {len(sessions)}.", *at)
    elif count > MAX_EXERCISES:
        checks.refuse(f"Must have at most {MAX_EXERCISES:,} exercises in all; these are {count:,}.", *at)
    else:
        for index, session in enumerate(sessions):
            add_session(sent, session, weeks, (*at, str(index)), checks)
        order_sessions(sent.tree.sessions)
    return sent


def add_session(sent: SentTree, values: Mapping[str, Any], weeks: int, at: Path, checks: Checks) -> Values:
    """Add an input's session with its exercises. Faults are recorded in `checks`."""
    session = {
        "id": _key(sent, values, at, checks),
        **checked_day(values, weeks, at, checks),
        "title": checked_text(values.get("title"), (*at, "title"), checks, MAX_TITLE_LENGTH, lines=False),
        "sort_order": 0,
    }
    sent.tree.sessions.append(session)
    sent.session_paths.append(at)
    exercises = values.get("exercises") or []
    if len(exercises) > MAX_SESSION_EXERCISES:
        message = f"Must be at most {MAX_SESSION_EXERCISES} exercises in a session; these are {len(exercises)}."
        checks.refuse(message, *at, "exercises")
        return session
    for order, exercise in enumerate(exercises):
        add_exercise(sent, exercise, session["id"], order, (*at, "exercises", str(order)), checks)
    return session


def add_exercise(
    sent: SentTree, values: Mapping[str, Any], session_id: UUID, order: int, at: Path, checks: Checks
) -> Values:
    """Add an input's exercise to a session. Faults are recorded in `checks`."""
    exercise = {
        "id": _key(sent, values, at, checks),
        "session_id": session_id,
        "exercise_id": checks.key(stored_id(values["exercise_id"]), (*at, "exerciseId")),
        "sort_order": order,
        **AMOUNTS,
        **checked_amounts(values, at, checks),
    }
    check_amount(exercise, at, checks)
    sent.tree.exercises.append(exercise)
    sent.exercise_paths.append(at)
    return exercise


def checked_day(values: Mapping[str, Any], weeks: int, at: Path, checks: Checks) -> Values:
    """The week and the day of a session in a plan of so many weeks."""
    week, day = values["week"], values["day"]
    if 1 <= week <= MAX_WEEKS and week > weeks:
        lasts = f"{weeks} week{'s' if weeks > 1 else ''}"
        checks.refuse(f"The plan has {lasts}; this is week {week}: lengthen it, or choose another week.", *at, "week")
    else:
        checks.whole(week, (*at, "week"), 1, weeks)
    checks.whole(day, (*at, "day"), 1, MAX_DAYS)
    return {"week": week, "day": day}


def checked_amounts(values: Mapping[str, Any], at: Path, checks: Checks) -> Values:
    """Check those of an input's values that say how much is to be done, and return them by column."""
    found: Values = {name: values[name] for name in BOUNDS if name in values}
    for name, value in found.items():
        if value is not None:
            checks.whole(value, (*at, API_NAMES.get(name, name)), *BOUNDS[name])
    if "per_side" in values:
        found["per_side"] = bool(values["per_side"])
    if "notes" in values:
        found["notes"] = checked_text(values["notes"], (*at, "notes"), checks, MAX_NOTES_LENGTH)
    return found


def check_amount(exercise: Mapping[str, Any], at: Path, checks: Checks) -> None:
    """Check that an exercise has sets or a duration."""
    if exercise["sets"] is None and exercise["duration_seconds"] is None:
        checks.refuse("Send sets or durationSeconds: how much is to be done.", *at, "sets")


def _key(sent: SentTree, values: Mapping[str, Any], at: Path, checks: Checks) -> UUID:
    """The id that was sent with a row, or a new one. An id that was sent twice is a fault."""
    if values.get("id") is None:
        return new_key()
    key = checks.key(values["id"], (*at, "id"))
    if key in sent.sent and parse_key(values["id"]):
        checks.refuse("This id stands in the plan twice.", *at, "id")
    sent.sent.add(key)
    return key


def order_sessions(sessions: Sequence[Values]) -> None:
    """Number the sessions of each day from 0, as they stand."""
    counts: dict[tuple[int, int], int] = {}
    for session in sessions:
        day = session["week"], session["day"]
        session["sort_order"] = counts.get(day, 0)
        counts[day] = session["sort_order"] + 1


def check_ids(sent: SentTree, stored: Tree, checks: Checks) -> None:
    """Check that each id that was sent is of a stored row of this plan."""
    for rows, paths, own, noun in (
        (sent.tree.sessions, sent.session_paths, stored.sessions, "session"),
        (sent.tree.exercises, sent.exercise_paths, stored.exercises, "exercise"),
    ):
        stored_ids = {row["id"] for row in own}
        for row, path in zip(rows, paths, strict=True):
            if row["id"] in sent.sent and row["id"] not in stored_ids:
                checks.refuse(f"This plan has no such {noun}; leave the id out to add a new one.", *path, "id")


def check_references(
    sent: SentTree, stored: Tree, exercises: Mapping[UUID, Any], organization_ids: Collection[UUID]
) -> Iterator[Refusal]:
    """The refusals of exercises that cannot be newly referred to; a row's stored exercise is always allowed."""
    current = {row["id"]: row["exercise_id"] for row in stored.exercises}
    for row, at in zip(sent.tree.exercises, sent.exercise_paths, strict=True):
        if current.get(row["id"]) != row["exercise_id"]:
            fault = plan_reference_fault(exercises.get(row["exercise_id"]), organization_ids, *at, "exerciseId")
            if fault is not None:
                yield fault


def plan_reference_fault(exercise: Any, organization_ids: Collection[UUID], *path: str) -> Refusal | None:
    """The refusal of an exercise that a plan may not contain: only published ones may be added. None if it may."""
    fault = reference_fault(exercise, organization_ids, *path)
    if fault is None and exercise.status == ExerciseStatus.DRAFT:
        return ExerciseNotAvailable("The exercise is a draft; publish it first, or choose a published one.", *path)
    return fault


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows of a tree that are new or differ from the stored ones, and the ids of those that are gone."""

    sessions: list[Values]
    exercises: list[Values]
    removed_sessions: list[UUID]
    removed_exercises: list[UUID]

    def __bool__(self) -> bool:
        return bool(self.sessions or self.exercises or self.removed_sessions or self.removed_exercises)


def changes(new: Tree, stored: Tree) -> Changes:
    """The changes that make the stored tree the new one."""
    sessions, gone_sessions = _changed(new.sessions, stored.sessions)
    exercises, gone_exercises = _changed(new.exercises, stored.exercises)
    return Changes(sessions, exercises, gone_sessions, gone_exercises)


def _changed(new: Sequence[Values], stored: Sequence[Values]) -> tuple[list[Values], list[UUID]]:
    """The rows that are new or differ, and the ids of those that are gone."""
    before, ids = {row["id"]: row for row in stored}, {row["id"] for row in new}
    return [row for row in new if before.get(row["id"]) != row], [id for id in before if id not in ids]


def check_shortened(tree: Tree, weeks: int, at: Path, checks: Checks) -> None:
    """Check that a plan of so many weeks has no session after them. A fault is recorded in `checks`."""
    last = max((session["week"] for session in tree.sessions), default=0)
    if 1 <= weeks < last:
        count = sum(session["week"] > weeks for session in tree.sessions)
        found = f"{count} session{'s' if count > 1 else ''} after week {weeks}, the last in week {last}"
        checks.refuse(f"The plan has {found}: move or remove them first.", *at)


MAX_FAULTS = 20
"""Maximum number of places that a refused publication names."""


def publication_faults(tree: Tree, views: Mapping[UUID, EffectiveExercise], at: Path) -> Iterator[Refusal]:
    """The refusals of publishing this tree: without exercises, or with discontinued ones."""
    if not tree.exercises:
        yield InvalidInput("The plan has no exercises: add some first.", *at)
    sessions, found = {session["id"]: session for session in tree.sessions}, 0
    for exercise in tree.exercises:
        view = views.get(exercise["exercise_id"])
        if view is None or view.is_discontinued or view.row.status == ExerciseStatus.DRAFT:
            found += 1
            session = sessions[exercise["session_id"]]
            if found <= MAX_FAULTS:
                yield ExerciseNotAvailable(
                    f"{place(session['week'], session['day'])}: {name_of(view)} is discontinued; replace or remove it.",
                    *at,
                )
    if found > MAX_FAULTS:
        yield ExerciseNotAvailable(f"So are {found - MAX_FAULTS} further exercises of the plan.", *at)


def place(week: int, day: int) -> str:
    """A day of a plan, in words."""
    return f"Week {week}, day {day}"


def name_of(view: EffectiveExercise | None) -> str:
    """The name of an exercise, as the organization sees it."""
    name: str = "an exercise" if view is None else view.name  # type: ignore[attr-defined]  # a merged column
    return name
