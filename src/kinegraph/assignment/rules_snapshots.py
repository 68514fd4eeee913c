"""The tree of a snapshot that goes back to its library workout."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any  # rows to store, by column
from uuid import UUID

from kinegraph.kit.errors import Conflict
from kinegraph.kit.rows import new_key
from kinegraph.workout.rules_rows import MovementRow, SectionRow
from kinegraph.workout.rules_tree import MAX_MOVEMENTS, MAX_SECTIONS, Tree

SECTION = ("type", "title", "description", "shape", "config")
MOVEMENT = ("exercise_id", "prescription", "notes", "label", "superset_group")
"""The columns that a reset copies."""

Rows = tuple[Sequence[SectionRow], Sequence[MovementRow]]
"""The sections and movements of a workout, in their order."""


class NotResettable(Conflict):
    """The snapshot cannot go back to the library version."""


def reset_tree(library: Rows, snapshot: Rows, copied_ids: Mapping[UUID, UUID], commented: set[UUID]) -> Tree:
    """The library's tree as rows of the snapshot: a row that has a copy there keeps the copy's id.

    Movements of the snapshot alone that have comments (`commented`) stay, after the others of their section;
    a section of the snapshot alone stays for them. Raises NotResettable where the tree would become too large.
    """
    tree, positions = Tree.empty(), Counter[UUID | None]()
    own_ids = {row.id for rows in snapshot for row in rows}
    ids = {row.id: _own_id(row.id, copied_ids, own_ids) for rows in library for row in rows}
    for section in library[0]:
        tree.sections.append(_row(ids[section.id], section, SECTION, positions))
    for movement in library[1]:
        tree.movements.append(_row(ids[movement.id], movement, MOVEMENT, positions, ids[movement.section_id]))
    _retain(tree, snapshot, commented - set(ids.values()), positions)
    if len(tree.sections) > MAX_SECTIONS or len(tree.movements) > MAX_MOVEMENTS:
        message = f"With the movements that have comments it would have more than {MAX_MOVEMENTS} movements or"
        raise NotResettable(f"{message} {MAX_SECTIONS} sections; remove some of them first.", "input", "assignmentId")
    tree.sent.update(own_ids & {row["id"] for rows in (tree.sections, tree.movements) for row in rows})
    return tree


def _own_id(id: UUID, copied_ids: Mapping[UUID, UUID], own_ids: set[UUID]) -> UUID:
    return copied_ids[id] if copied_ids.get(id) in own_ids else new_key()


def _retain(tree: Tree, snapshot: Rows, retained: set[UUID], positions: Counter[UUID | None]) -> None:
    """Add the snapshot's movements that are retained, and the sections that they need."""
    sections = {section.id: section for section in snapshot[0]}
    there = {section["id"] for section in tree.sections}
    for movement in snapshot[1]:
        if movement.id in retained:
            if movement.section_id not in there:
                there.add(movement.section_id)
                tree.sections.append(_row(movement.section_id, sections[movement.section_id], SECTION, positions))
            tree.movements.append(_row(movement.id, movement, MOVEMENT, positions, movement.section_id))


def _row(
    id: UUID, row: Any, columns: Sequence[str], positions: Counter[UUID | None], section_id: UUID | None = None
) -> dict[str, Any]:
    """A row to be stored, at the next position in its section; a section has none, and counts in the workout."""
    order = positions[section_id]
    positions[section_id] += 1
    values = {column: getattr(row, column) for column in columns}
    return {"id": id, **values, "sort_order": order} | ({"section_id": section_id} if section_id else {})
