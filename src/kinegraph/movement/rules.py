"""Positions of movements in the sections of a workout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kinegraph.kit.checks import Checks
from kinegraph.kit.errors import InvalidInput, NotFound, Path
from kinegraph.workout.rules_rows import MovementRow, SectionRow

NO_MOVEMENT = "There is no such movement; somebody may have removed it: read the workout again."
NO_SECTION = "The workout has no such section; somebody may have removed it: read the workout again."


@dataclass(frozen=True, slots=True)
class Tree:
    """The stored sections and movements of a workout, in their order.

    `copied_ids` has the ids of a snapshot's rows by those of the library rows, which stand for them.
    """

    sections: Sequence[SectionRow]
    movements: Sequence[MovementRow]
    copied_ids: Mapping[UUID, UUID]

    def section(self, id: UUID, *path: str) -> SectionRow:
        """The section of this id, or of the library section with this id. Raises NotFound."""
        wanted = self.copied_ids.get(id, id)
        for section in self.sections:
            if section.id == wanted:
                return section
        raise NotFound(NO_SECTION, *path)

    def movement(self, id: UUID, *path: str) -> MovementRow:
        """The movement of this id, or of the library movement with this id. Raises NotFound."""
        movement = self.find(id)
        if movement is None:
            raise NotFound(NO_MOVEMENT, *path)
        return movement

    def find(self, id: UUID) -> MovementRow | None:
        """The movement of this id, or of the library movement with this id; None where there is none."""
        wanted = self.copied_ids.get(id, id)
        return next((movement for movement in self.movements if movement.id == wanted), None)

    def ids_in(self, section_id: UUID) -> list[UUID]:
        """The ids of a section's movements in their order."""
        return [movement.id for movement in self.movements if movement.section_id == section_id]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a section: a number from 0, or before or after another movement; the end without any of them."""

    position: int | None = None
    before_id: UUID | None = None
    after_id: UUID | None = None


def check_one_place(place: Place, at: Path, checks: Checks) -> None:
    """Record a place that is given twice, or before the first."""
    if sum(value is not None for value in (place.position, place.before_id, place.after_id)) > 1:
        checks.refuse("Send one of position, beforeMovementId and afterMovementId.", *at)
    if place.position is not None and place.position < 0:
        checks.refuse("Must be 0 or more.", *at, "position")


def section_of(tree: Tree, place: Place, section_id: UUID | None, own: UUID | None, at: Path) -> UUID:
    """The section of a place: the one that is named, or that of the neighbour, or else `own`. Raises Refused."""
    checks, named = Checks(), None
    if section_id is not None:
        with checks.layer():
            named = tree.section(section_id, *at, "sectionId").id
    for neighbour_id, name in ((place.before_id, "beforeMovementId"), (place.after_id, "afterMovementId")):
        if neighbour_id is not None:
            with checks.layer():
                neighbour = tree.movement(neighbour_id, *at, name)
                if named not in (None, neighbour.section_id):
                    raise NotFound("The section has no such movement.", *at, name)
                named = neighbour.section_id
    checks.done()
    if named is None and own is None:
        raise InvalidInput("Send the section, or a movement that it is to stand beside.", *at, "sectionId")
    return named or own  # type: ignore[return-value]  # one of them is set


def positioned(tree: Tree, section_id: UUID, id: UUID, place: Place, at: Path) -> list[UUID]:
    """The ids of a section's movements with `id` at its place. Raises InvalidInput for a place beside itself."""
    ids = [other for other in tree.ids_in(section_id) if other != id]
    index = len(ids) if place.position is None else place.position
    for neighbour_id, name, offset in (
        (place.before_id, "beforeMovementId", 0),
        (place.after_id, "afterMovementId", 1),
    ):
        if neighbour_id is not None:
            neighbour = tree.movement(neighbour_id, *at, name).id
            if neighbour == id:
                raise InvalidInput("Must be another movement than the one that is moved.", *at, name)
            index = ids.index(neighbour) + offset
    return [*ids[:index], id, *ids[index:]]
