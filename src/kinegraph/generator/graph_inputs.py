"""The input of the generator, and its checks."""

import strawberry
from strawberry import UNSET

from kinegraph.candidates.graph_access import visible_catalogue
from kinegraph.candidates.rules import Catalogue
from kinegraph.candidates.rules_terms import MAX_EQUIPMENT, MAX_MUSCLES, checked_equipment, checked_muscles
from kinegraph.classification.rules_safety import Person
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks, require_key
from kinegraph.kit.context import Info
from kinegraph.kit.errors import Forbidden
from kinegraph.kit.graph import given
from kinegraph.layers.graph_safety import condition_keys
from kinegraph.layers.rules import TrainingGoal
from kinegraph.layers.rules_safety import MAX_CONDITIONS
from kinegraph.programming.rules import DEFAULT_DIFFICULTY, MAX_MINUTES, MIN_MINUTES, Request


@strawberry.input(description="What a workout is generated for.")
class GenerateWorkoutInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization whose library is used.")
    goal: TrainingGoal = strawberry.field(description="What the session is for.")
    target_muscles: list[str] = strawberry.field(
        description=f"Muscles, groups or synonyms (muscles), at most {MAX_MUSCLES}; empty for the whole body."
    )
    available_equipment: list[str] = strawberry.field(
        description=f"What is there, at most {MAX_EQUIPMENT} names; empty for no equipment."
    )
    session_minutes: int = strawberry.field(
        description=f"The time that there is, {MIN_MINUTES} to {MAX_MINUTES} minutes; it is never exceeded."
    )
    conditions: list[str] | None = strawberry.field(
        default=UNSET, description=f"The person's conditions, at most {MAX_CONDITIONS}: keys or synonyms."
    )
    difficulty_max: int | None = strawberry.field(
        default=UNSET, description=f"The greatest difficulty, 1 to 5; null is {DEFAULT_DIFFICULTY}, for intermediates."
    )
    seed: int | None = strawberry.field(
        default=UNSET, description="The same seed and library give the same workout; others vary it. Null is 0."
    )
    has_all_equipment: bool | None = strawberry.field(
        default=UNSET, description="Everything is there: availableEquipment does not count."
    )
    with_cool_down: bool | None = strawberry.field(
        default=UNSET, description="Whether stretches end the session, in a tenth of the time."
    )
    include_drafts: bool | None = strawberry.field(
        default=UNSET, description="Whether the organization's classified drafts take part (coach access)."
    )


async def checked_request(info: Info, input: GenerateWorkoutInput) -> tuple[Request, Catalogue]:
    """The request of an input, and the catalogue to choose from. Raises Refused, NotFound and Forbidden."""
    values, checks = given(input), Checks()
    organization = require_key(values["organization_id"], "input", "organizationId")
    catalogue = await visible_catalogue(info, organization, "input", "organizationId")
    viewer: Viewer = await info.context.viewer()
    if values.get("include_drafts") and not viewer.coaches(organization):
        raise Forbidden("Only coaches of the organization see its drafts; leave this out.", "input", "includeDrafts")
    keys: tuple[str, ...] = ()
    with checks.layer():
        keys = await condition_keys(info, organization, values.get("conditions") or [], "input", "conditions")
    targets = checked_muscles(values["target_muscles"], catalogue, checks, "input", "targetMuscles")
    equipment = checked_equipment(values["available_equipment"], catalogue, checks, "input", "availableEquipment")
    difficulty = values.get("difficulty_max")
    request = Request(
        goal=TrainingGoal(values["goal"]),
        targets=targets,
        equipment=None if values.get("has_all_equipment") else equipment,
        minutes=checks.whole(values["session_minutes"], ("input", "sessionMinutes"), MIN_MINUTES, MAX_MINUTES),
        person=Person(keys, is_checked=True),
        difficulty_max=checks.whole(
            DEFAULT_DIFFICULTY if difficulty is None else difficulty, ("input", "difficultyMax"), 1, 5
        ),
        seed=values.get("seed") or 0,
        with_cool_down=bool(values.get("with_cool_down")),
        with_drafts=bool(values.get("include_drafts")),
    )
    checks.done()
    return request, catalogue
