"""Positions of sessions in the days of a plan and of exercises in its sessions, and their numbers."""

from collections.abc import Sequence
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import Path
from kinegraph.plan.rules_tree import MAX_EXERCISES, MAX_SESSION_EXERCISES, MAX_SESSIONS, Tree, Values, order_sessions

NO_SESSION = "There is no such session in a working copy; somebody may have removed it: read the plan again."
NO_EXERCISE = "There is no such exercise in a working copy; somebody may have removed it: read the plan again."


def checked_position(position: int | None, at: Path, checks: Checks) -> int | None:
    """Check a position: 0 or more; None is the end. A fault is recorded in `checks`."""
    if position is not None and position < 0:
        checks.refuse("Must be 0 or more.", *at, "position")
        return None
    return position


def with_session(tree: Tree, session: Values, position: int | None) -> Tree:
    """The tree with a session, new or stored, at a position of its day."""
    others = [{**each} for each in tree.sessions if each["id"] != session["id"]]
    same_day = [each for each in others if (each["week"], each["day"]) == (session["week"], session["day"])]
    sessions = _inserted(others, same_day, session, position)
    order_sessions(sessions)
    return Tree(sessions, tree.exercises)


def with_exercise(tree: Tree, exercise: Values, position: int | None) -> Tree:
    """The tree with an exercise, new or stored, at a position of its session."""
    others = [{**each} for each in tree.exercises if each["id"] != exercise["id"]]
    same_session = [each for each in others if each["session_id"] == exercise["session_id"]]
    exercises = _inserted(others, same_session, exercise, position)
    _order_exercises(exercises)
    return Tree(tree.sessions, exercises)


def with_values(tree: Tree, exercise: Values) -> Tree:
    """The tree with other values of a stored exercise, at its place."""
    return Tree(tree.sessions, [exercise if each["id"] == exercise["id"] else each for each in tree.exercises])


def without_session(tree: Tree, id: UUID) -> Tree:
    """The tree without a session and its exercises."""
    sessions = [{**each} for each in tree.sessions if each["id"] != id]
    order_sessions(sessions)
    return Tree(sessions, [each for each in tree.exercises if each["session_id"] != id])


def without_exercise(tree: Tree, id: UUID) -> Tree:
    """The tree without an exercise."""
    exercises = [{**each} for each in tree.exercises if each["id"] != id]
    _order_exercises(exercises)
    return Tree(tree.sessions, exercises)


def check_size(tree: Tree, at: Path, checks: Checks, session_id: UUID | None = None) -> None:
    """Check that a plan does not become too large, nor one of its sessions. A fault is recorded in `checks`."""
    in_session = sum(each["session_id"] == session_id for each in tree.exercises)
    if len(tree.sessions) > MAX_SESSIONS:
        checks.refuse(f"The plan has {MAX_SESSIONS} sessions, the most that it may have.", *at)
    elif len(tree.exercises) > MAX_EXERCISES:
        checks.refuse(f"The plan would have more than {MAX_EXERCISES:,} exercises in all.", *at)
    elif in_session > MAX_SESSION_EXERCISES:
        checks.refuse(f"The session has {MAX_SESSION_EXERCISES} exercises, the most that it may have.", *at)


def _inserted(rows: Sequence[Values], group: Sequence[Values], row: Values, position: int | None) -> list[Values]:
    """The rows with one more, which stands at a position of a group of them."""
    if position is None or position >= len(group):
        return [*rows, {**row}]
    index = next(index for index, each in enumerate(rows) if each is group[position])
    return [*rows[:index], {**row}, *rows[index:]]


def _order_exercises(exercises: Sequence[Values]) -> None:
    """Number the exercises of each session from 0, as they stand."""
    counts: dict[UUID, int] = {}
    for exercise in exercises:
        session_id = exercise["session_id"]
        exercise["sort_order"] = counts.get(session_id, 0)
        counts[session_id] = exercise["sort_order"] + 1
