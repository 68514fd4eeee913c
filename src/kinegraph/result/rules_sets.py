"""Checking the sets of a submission, and copying their targets from prescriptions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any  # values of an input and of rows to store, by name
from uuid import UUID

from kinegraph.exercise.rules import stored_id
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import InvalidInput, NotFound, Path, Refused
from kinegraph.result.rules import MAX_METERS, MAX_SECONDS, MAX_SETS, checked_half, checked_mass, notes_of
from kinegraph.workout.rules_rows import MovementRow

AT = ("input", "sets")
NO_MOVEMENT = "The assignment's workout has no such movement: read it again, or send `exerciseId` alone."
DONE = ("reps", "load", "seconds", "distance_meters", "calories")
"""The values of which a set has at least one."""


def checked_sets(sets: Sequence[Mapping[str, Any]], checks: Checks) -> list[dict[str, Any]]:
    """The rows of the sets of an input, in their order, without targets. Faults are recorded in `checks`."""
    if len(sets) > MAX_SETS:
        checks.refuse(f"Must be at most {MAX_SETS:,} sets; these are {len(sets):,}.", *AT)
        return []
    rows = [_checked_set(values, (*AT, str(index)), checks) for index, values in enumerate(sets)]
    seen: set[tuple[Any, ...]] = set()
    for index, row in enumerate(rows):
        key = place(row)
        if key in seen and (key[0] or key[1]):
            checks.refuse(
                "This set of the movement stands in the list twice: count with `number`.", *AT, index, "number"
            )
        seen.add(key)
    return rows


def place(row: Mapping[str, Any]) -> tuple[UUID | None, UUID | None, int]:
    """The key of a set in its result: its movement, or its exercise where it has none, and its number."""
    movement_id = row["movement_id"]
    return movement_id, None if movement_id else row["exercise_id"], row["number"]


def _checked_set(values: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    movement, exercise = values.get("movement_id"), values.get("exercise_id")
    row: dict[str, Any] = {
        "movement_id": None if movement is None else checks.key(movement, (*at, "movementId")),
        "exercise_id": None if exercise is None else checks.key(stored_id(exercise), (*at, "exerciseId")),
        "number": checks.whole(values["number"], (*at, "number"), 1, 100),
        "rpe": checked_half(values.get("rpe"), (*at, "rpe"), checks),
        "notes": notes_of(values, at, checks),
        **_measures(values, at, checks),
    }
    if movement is None and exercise is None:
        checks.refuse("Send the movement, or the exercise of a set that was not planned.", *at, "movementId")
    if row["rpe"] is not None and row["rir"] is not None:
        checks.refuse("Send rpe or rir, not both: they say the same (RPE 8 is 2 in reserve).", *at, "rir")
    if all(row[name] is None for name in DONE):
        checks.refuse("Must say what was done: reps, load, seconds, distanceMeters or calories.", *at)
    return row


def _measures(values: Mapping[str, Any], at: Path, checks: Checks) -> dict[str, Any]:
    """The measured values of a set, by column. Faults are recorded in `checks`."""
    row: dict[str, Any] = dict.fromkeys(("reps", "rir", "calories", "seconds", "distance_meters", "load", "load_unit"))
    for name, high in (("reps", 10_000), ("rir", 10), ("calories", 10_000)):
        if values.get(name) is not None:
            row[name] = checks.whole(values[name], (*at, name), 0, high)
    if values.get("seconds") is not None:
        row["seconds"] = round(checks.number(values["seconds"], (*at, "seconds"), 0.01, MAX_SECONDS), 2)
    if values.get("distance_meters") is not None:
        distance = checks.number(values["distance_meters"], (*at, "distanceMeters"), 0.01, MAX_METERS)
        row["distance_meters"] = round(distance, 2)
    if values.get("load") is not None:
        row |= checked_mass(values["load"], (*at, "load"), checks, "load")
    return row


def with_movements(
    rows: Sequence[Mapping[str, Any]],
    movements: Sequence[MovementRow],
    copied_ids: Mapping[UUID, UUID],
    sent: Sequence[Mapping[str, Any]],
    checks: Checks,
) -> list[dict[str, Any]]:
    """The rows with the ids of the snapshot's movements, their exercises and their targets.

    The id of a library movement stands for its copy. A set of a movement that is not there is refused at its index.
    """
    by_id = {movement.id: movement for movement in movements}
    found: list[dict[str, Any]] = []
    for index, row in enumerate(rows):
        wanted = row["movement_id"]
        movement = None if wanted is None else by_id.get(copied_ids.get(wanted, wanted))
        if wanted is not None and movement is None:
            if parse_key(sent[index]["movement_id"]) is not None:
                checks.refusals.append(NotFound(NO_MOVEMENT, *AT, index, "movementId"))
            continue
        exercise = row["exercise_id"] or (movement.exercise_id if movement else None)
        found.append({**row, "movement_id": movement and movement.id, "exercise_id": exercise, **target_of(movement)})
    return found


TARGETS: Mapping[str, str] = {
    "target_reps_min": "reps_min",
    "target_reps_max": "reps_max",
    "target_duration_seconds": "duration_seconds",
    "target_distance_meters": "distance_meters",
    "target_calories": "calories",
}
"""The columns of a target, with the keys of the prescription that they are copied from."""


def target_of(movement: MovementRow | None) -> dict[str, Any]:
    """The columns of a set's target, from the prescription of its movement."""
    prescription = (movement.prescription if movement else None) or {}
    load = prescription.get("load") or {}
    columns = {column: prescription.get(key) for column, key in TARGETS.items()}
    return {**columns, "target_load": load.get("value"), "target_load_unit": load.get("unit")}


def merged(
    rows: Sequence[Mapping[str, Any]],
    stored: Sequence[Any],
    *,
    replaces: bool,
    new_key: Callable[[], UUID],
) -> tuple[list[dict[str, Any]], list[UUID]]:
    """The rows with their ids and positions, and the ids of stored sets to delete. Raises Refused for too many.

    A row at the place of a stored set is that set. New sets come after the stored ones, unless the rows replace all.
    """
    by_place = {place(each): each for each in stored}
    after = 0 if replaces else 1 + max((each.sort_order for each in stored), default=-1)
    found: list[dict[str, Any]] = []
    for position, row in enumerate(rows):
        there = by_place.pop(place(row), None)
        order = position if replaces else there.sort_order if there is not None else after + position
        found.append({**row, "id": str(there.id if there is not None else new_key()), "sort_order": order})
    removed = [each.id for each in by_place.values()] if replaces else []
    if len(found) + len(by_place) - len(removed) > MAX_SETS:
        raise Refused([InvalidInput(f"The result would have more than {MAX_SETS:,} sets.", *AT)])
    return found, removed
