"""Replacing a workout's tree: from what stands and what was sent to what is to be stored.

Rows sent with their id keep it, wherever they stand now; the others are new; what was not sent goes. The
functions here only decide. `store_tree` does it, in a number of statements that does not depend on the tree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kinegraph.exercise.rules import reference_fault
from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Path
from kinegraph.kit.ids import new_key
from kinegraph.workout.rules import NAMES, checked_texts
from kinegraph.workout.rules_prescriptions import checked_config, checked_prescription
from kinegraph.workout.rules_terms import SectionShape

MAX_SECTIONS = 50
MAX_MOVEMENTS = 500


@dataclass(frozen=True, slots=True)
class Tree:
    """Sections and movements as rows, in their order, ready to be stored."""

    sections: list[dict[str, Any]]
    movements: list[dict[str, Any]]
    places: dict[UUID, Path]
    """Where each section and movement stands in the input, by its id."""
    sent: set[UUID]
    """The ids that came with the input; the others are new."""

    @property
    def exercise_ids(self) -> list[UUID]:
        """Every exercise that the tree refers to, once."""
        return list(dict.fromkeys(movement["exercise_id"] for movement in self.movements))


def checked_tree(sections: Sequence[Mapping[str, Any]], at: Path, checks: Checks) -> Tree:
    """The tree in an input, each row with its own or a new id. Problems go to `checks`."""
    tree = Tree([], [], {}, set())
    if len(sections) > MAX_SECTIONS:
        checks.refuse(f"Must be at most {MAX_SECTIONS} sections; these are {len(sections)}.", *at)
        return tree
    if sum(len(section["movements"]) for section in sections) > MAX_MOVEMENTS:
        checks.refuse(f"Must have at most {MAX_MOVEMENTS} movements in all.", *at)
        return tree
    for order, section in enumerate(sections):
        _add_section(tree, section, order, (*at, str(order)), checks)
    return tree


def with_twins(sections: Sequence[Mapping[str, Any]], twins: Mapping[UUID, UUID]) -> list[dict[str, Any]]:
    """The sections as they were sent, each id of a library row replaced by that of its twin in the snapshot."""

    def own(values: Mapping[str, Any]) -> dict[str, Any]:
        key = parse_key(values["id"]) if values.get("id") is not None else None
        return {**values, "id": str(twins[key])} if key is not None and key in twins else dict(values)

    return [{**own(section), "movements": [own(movement) for movement in section["movements"]]} for section in sections]


def _add_section(tree: Tree, values: Mapping[str, Any], order: int, at: Path, checks: Checks) -> None:
    shape = SectionShape(values["shape"]) if values.get("shape") else None
    section = {
        "id": _key(tree, values, at, checks),
        "type": values.get("type") or "main",
        "title": None,
        "description": None,
        **checked_texts(values, at, checks, NAMES),
        "sort_order": order,
        "shape": shape,
        "config": checked_config(shape, values.get("config"), (*at, "config"), checks),
    }
    tree.sections.append(section)
    for place, movement in enumerate(values["movements"]):
        _add_movement(tree, movement, section["id"], place, (*at, "movements", str(place)), checks)


def _add_movement(
    tree: Tree, values: Mapping[str, Any], section_id: UUID, order: int, at: Path, checks: Checks
) -> None:
    row = {
        "id": _key(tree, values, at, checks),
        "section_id": section_id,
        "exercise_id": checks.key(values["exercise_id"], (*at, "exerciseId")),
        "sort_order": order,
        "prescription": checked_prescription(values.get("prescription"), (*at, "prescription"), checks),
        "notes": None,
        "label": None,
        "superset_group": None,
        **checked_texts(values, at, checks, NAMES),
    }
    tree.movements.append(row)


def _key(tree: Tree, values: Mapping[str, Any], at: Path, checks: Checks) -> UUID:
    """The row's own id, or a new one. An id can stand in a tree once."""
    key = new_key()
    if values.get("id") is not None:
        key = checks.key(values["id"], (*at, "id"))
        if key in tree.sent and parse_key(values["id"]):
            checks.refuse("This id stands in the tree twice, or as the row and as its copy.", *at, "id")
        tree.sent.add(key)
    tree.places[key] = at
    return key


def check_ids(tree: Tree, sections: Sequence[Any], movements: Sequence[Any], checks: Checks) -> None:
    """Ids that were sent must be of rows that stand in this workout now."""
    for rows, standing, what in (
        (tree.sections, sections, "section"),
        (tree.movements, movements, "movement"),
    ):
        known = {row.id for row in standing}
        for row in rows:
            if row["id"] in tree.sent and row["id"] not in known:
                message = f"This workout has no such {what}; leave the id out to add a new one."
                checks.refuse(message, *tree.places[row["id"]], "id")


def check_references(
    tree: Tree, movements: Sequence[Any], exercises: Mapping[UUID, Any], organization_id: UUID
) -> Iterator[Any]:
    """Refusals of exercises that cannot be newly referred to; a movement that keeps its exercise may keep it."""
    kept = {row.id: row.exercise_id for row in movements}
    for movement in tree.movements:
        exercise_id = movement["exercise_id"]
        if kept.get(movement["id"]) == exercise_id:
            continue
        path = (*tree.places[movement["id"]], "exerciseId")
        fault = reference_fault(exercises.get(exercise_id), organization_id, *path)
        if fault:
            yield fault
