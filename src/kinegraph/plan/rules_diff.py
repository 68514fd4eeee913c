"""The differences between two states of a plan, in words: two versions, or a version and the working copy.

Rows are matched by their source: the id that a session or an exercise has in the working copy, and in all versions that
were made of it. Positions are compared relatively: of the rows that both states have, the fewest count as moved whose
move explains the new order, so that an exercise that is added at the front moves no other.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Any  # values of rows, by column
from uuid import UUID

from kinegraph.library.rules import EffectiveExercise
from kinegraph.plan.rules_tree import Tree, Values, name_of, place

MAX_TEXT, SHOWN_BEFORE = 80, 20
"""Characters of a text that a difference shows, and those of them before the first difference of two texts."""


class PlanChangeKind(StrEnum):
    """The kinds of differences between two states of a plan."""

    TITLE = "TITLE"
    DESCRIPTION = "DESCRIPTION"
    WEEKS = "WEEKS"
    SESSION_ADDED = "SESSION_ADDED"
    SESSION_REMOVED = "SESSION_REMOVED"
    SESSION_MOVED = "SESSION_MOVED"
    SESSION_RENAMED = "SESSION_RENAMED"
    EXERCISE_ADDED = "EXERCISE_ADDED"
    EXERCISE_REMOVED = "EXERCISE_REMOVED"
    EXERCISE_MOVED = "EXERCISE_MOVED"
    EXERCISE_REPLACED = "EXERCISE_REPLACED"
    EXERCISE_CHANGED = "EXERCISE_CHANGED"


@dataclass(frozen=True, slots=True)
class State:
    """A state of a plan: its own values, and its sessions and exercises, whose ids are those of their sources."""

    title: str
    description: str | None
    weeks: int
    tree: Tree


@dataclass(frozen=True, slots=True)
class Change:
    """A difference. The day is that of the newer state, for what was removed that of the older one."""

    kind: PlanChangeKind
    sentence: str
    week: int | None = None
    day: int | None = None
    source_id: UUID | None = None
    exercise_id: UUID | None = None
    organization_id: UUID | None = None


Views = Mapping[UUID, EffectiveExercise]
"""The exercises of both states as the organization sees them, by id."""


def state_of(row: Any, sessions: Sequence[Any], exercises: Sequence[Any]) -> State:
    """The state that rows of a version or of a working copy are."""
    source = {session.id: session.source_id for session in sessions}
    tree = Tree.of(sessions, exercises)
    for values, session in zip(tree.sessions, sessions, strict=True):
        values["id"] = session.source_id
    for values, exercise in zip(tree.exercises, exercises, strict=True):
        values |= {"id": exercise.source_id, "session_id": source[exercise.session_id]}
    return State(row.title, row.description, row.weeks, tree)


def changes_between(old: State, new: State, views: Views) -> list[Change]:
    """The differences: those of the plan itself, then in the order of the calendar."""
    sessions = _Pair(old.tree.sessions, new.tree.sessions)
    exercises = _Pair(old.tree.exercises, new.tree.exercises)
    found = [*_of_sessions(sessions), *_of_exercises(exercises, sessions, views)]
    found.sort(key=lambda change: (change.week, change.day))  # stable: sessions before exercises
    return [*_of_plan(old, new), *found]


class _Pair:
    """The rows of both states, by source."""

    def __init__(self, old: Sequence[Values], new: Sequence[Values]) -> None:
        self.old = {row["id"]: row for row in old}
        self.new = {row["id"]: row for row in new}
        self.common = [(self.old[id], row) for id, row in self.new.items() if id in self.old]
        self.added = [row for id, row in self.new.items() if id not in self.old]
        self.removed = [row for id, row in self.old.items() if id not in self.new]

    def moved_in(self, *parent: str) -> set[UUID]:
        """Those of the rows with the same parent in both states that changed their places among each other."""
        groups: dict[tuple[Any, ...], list[tuple[Values, Values]]] = {}
        for before, after in self.common:
            key = tuple(after[column] for column in parent)
            if key == tuple(before[column] for column in parent):
                groups.setdefault(key, []).append((before, after))
        found: set[UUID] = set()
        for group in groups.values():
            group.sort(key=lambda pair: (pair[0]["sort_order"], pair[0]["id"]))
            places = {before["id"]: place for place, (before, _) in enumerate(group)}
            group.sort(key=lambda pair: (pair[1]["sort_order"], pair[1]["id"]))
            in_order = longest_increasing([places[before["id"]] for before, _ in group])
            found |= {after["id"] for index, (_, after) in enumerate(group) if index not in in_order}
        return found


def longest_increasing(values: Sequence[int]) -> set[int]:
    """The indexes of a longest strictly increasing subsequence."""
    ends: list[int] = []
    indexes: list[int] = []
    previous: list[int | None] = []
    for index, value in enumerate(values):
        at = bisect_left(ends, value)
        ends[at : at + 1] = [value]
        indexes[at : at + 1] = [index]
        previous.append(indexes[at - 1] if at else None)
    found, last = set(), indexes[-1] if indexes else None
    while last is not None:
        found.add(last)
        last = previous[last]
    return found


def _of_plan(old: State, new: State) -> Iterator[Change]:
    """The differences of the plan's own values."""
    if old.title != new.title:
        yield Change(PlanChangeKind.TITLE, f'Title from "{old.title}" to "{new.title}".')
    if old.description != new.description:
        words = changed_text("Description", old.description, new.description)
        yield Change(PlanChangeKind.DESCRIPTION, f"{words}.")
    if old.weeks != new.weeks:
        yield Change(PlanChangeKind.WEEKS, f"Length from {old.weeks} to {_count(new.weeks, 'week')}.")


def _of_sessions(pair: _Pair) -> Iterator[Change]:
    """The differences of sessions."""

    def change(kind: PlanChangeKind, row: Values, words: str) -> Change:
        week, day = row["week"], row["day"]
        return Change(kind, f"{place(week, day)}: {words}.", week, day, row["id"])

    moved = pair.moved_in("week", "day")
    for row in pair.removed:
        yield change(PlanChangeKind.SESSION_REMOVED, row, f"{_session(row)} removed")
    for row in pair.added:
        yield change(PlanChangeKind.SESSION_ADDED, row, f"{_session(row)} added")
    for before, after in pair.common:
        if (before["week"], before["day"]) != (after["week"], after["day"]):
            words = f"{_session(after)} moved here from {place(before['week'], before['day']).lower()}"
            yield change(PlanChangeKind.SESSION_MOVED, after, words)
        elif after["id"] in moved:
            words = f"{_session(after)} moved from place {before['sort_order'] + 1} to {after['sort_order'] + 1}"
            yield change(PlanChangeKind.SESSION_MOVED, after, words)
        if before["title"] != after["title"]:
            yield change(PlanChangeKind.SESSION_RENAMED, after, _renamed(before["title"], after["title"]))


def _of_exercises(pair: _Pair, sessions: _Pair, views: Views) -> Iterator[Change]:
    """The differences of exercises."""

    def change(kind: PlanChangeKind, row: Values, words: str, *, is_old: bool = False) -> Change:
        session = (sessions.old if is_old else sessions.new)[row["session_id"]]
        week, day, view = session["week"], session["day"], views.get(row["exercise_id"])
        sentence = f"{place(week, day)}: {words}."
        owner = view.organization_id if view is not None else None
        return Change(kind, sentence, week, day, row["id"], row["exercise_id"], owner)

    def name(row: Values) -> str:
        return name_of(views.get(row["exercise_id"]))

    moved = pair.moved_in("session_id")
    for row in pair.removed:
        yield change(PlanChangeKind.EXERCISE_REMOVED, row, f"{name(row)} {amount(row)} removed", is_old=True)
    for row in pair.added:
        yield change(PlanChangeKind.EXERCISE_ADDED, row, f"{name(row)} {amount(row)} added")
    for before, after in pair.common:
        if before["session_id"] != after["session_id"]:
            session = sessions.old[before["session_id"]]
            words = f"{name(after)} moved here from {place(session['week'], session['day']).lower()}"
            yield change(PlanChangeKind.EXERCISE_MOVED, after, words)
        elif after["id"] in moved:
            words = f"{name(after)} moved from place {before['sort_order'] + 1} to {after['sort_order'] + 1}"
            yield change(PlanChangeKind.EXERCISE_MOVED, after, words)
        if before["exercise_id"] != after["exercise_id"]:
            yield change(PlanChangeKind.EXERCISE_REPLACED, after, f"{name(before)} replaced by {name(after)}")
        if words := changed_amounts(before, after):
            yield change(PlanChangeKind.EXERCISE_CHANGED, after, f"{name(after)}{words}")


def amount(values: Mapping[str, Any]) -> str:
    """The sets, repetitions and duration of an exercise in words: sets times repetitions or time."""
    sets, reps, seconds = values["sets"], values["reps"], values["duration_seconds"]
    time = None if seconds is None else duration(seconds)
    each = f"{reps} in {time}" if reps and time else reps or time
    if sets is None:
        return str(each)
    return _count(sets, "set") if each is None else f"{sets} × {each}"


def duration(seconds: int) -> str:
    """A duration in words: in seconds up to two minutes, then in minutes and seconds."""
    if seconds < 120:
        return f"{seconds} s"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def changed_amounts(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The differences of what is prescribed, to follow the name of an exercise; empty without any."""
    first = f" from {amount(old)} to {amount(new)}" if amount(old) != amount(new) else ""
    words = [_changed_time(noun, old[f"{noun}_seconds"], new[f"{noun}_seconds"]) for noun in ("hold", "rest")]
    if old["per_side"] != new["per_side"]:
        words.append("now on each side" if new["per_side"] else "no longer on each side")
    if old["notes"] != new["notes"]:
        words.append(changed_text("notes", old["notes"], new["notes"]))
    return "".join([first, *(f", {each}" for each in words if each)])


def changed_text(noun: str, old: str | None, new: str | None) -> str:
    """The difference of two texts in words, on one line: each is cut to MAX_TEXT characters.

    Where they begin alike, they are shown from shortly before their first difference on.
    """
    before, after = (None if text is None else " ".join(text.split()) for text in (old, new))
    if before is None or after is None:
        return f"{noun} {_cut(after or '')} added" if before is None else f"{noun} {_cut(before)} removed"
    if before == after:
        return f"{noun} changed in white space alone"
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = common - SHOWN_BEFORE if common >= MAX_TEXT - SHOWN_BEFORE else 0
    return f"{noun} from {_cut(before, start)} to {_cut(after, start)}"


def _cut(text: str, start: int = 0) -> str:
    """A part of a text in quotation marks, with an ellipsis for what is left out."""
    end = start + MAX_TEXT
    return f'"{"…" if start else ""}{text[start:end]}{"…" if len(text) > end else ""}"'


def _changed_time(noun: str, old: int | None, new: int | None) -> str | None:
    """The difference of a hold or a rest in words; None without one."""
    if old == new:
        return None
    if old is None:
        return f"{noun} of {duration(new or 0)} added"
    return f"{noun} of {duration(old)} removed" if new is None else f"{noun} from {duration(old)} to {duration(new)}"


def _session(row: Values) -> str:
    return "session" if row["title"] is None else f'session "{row["title"]}"'


def _renamed(old: str | None, new: str | None) -> str:
    if old is None:
        return f'session called "{new}"'
    return f'session "{old}" without a title' if new is None else f'session "{old}" called "{new}"'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
