"""Rows that the ids of every operation may name, for tests of all operations of the schema."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any  # JSON of requests and responses
from uuid import UUID, uuid4

from kinegraph.background import store as store_jobs
from kinegraph.background.rules import JobKind
from kinegraph.canonical.store import act_as_curator
from tests.api.documents import CREATE_EXERCISE, CREATE_WORKOUT
from tests.api.samples import SOON, Operation, good, operations
from tests.checking.documents import OVERRIDE
from tests.conftest import Api, Organization, Person, World
from tests.media.files import REQUEST as REQUEST_UPLOAD
from tests.rooms import Targets, declared

OPERATIONS = operations()
NAMES = [f"{operation.parent}.{operation.name}" for operation in OPERATIONS]
ADD_COMMENT = 'mutation ($m: ID!) { addComment(input: {movementId: $m, body: "Good"}) { comment { id } } }'
ASSIGN = "mutation ($input: AssignWorkoutInput!) { assignWorkout(input: $input) { assignments { id } } }"
RECORD_SETS = """mutation ($input: RecordSetsInput!) {
  recordSets(input: $input) { result { id } userErrors { code } }
}"""
SUGGEST = """mutation ($id: ID!) { suggestExerciseVideo(exerciseId: $id, url: "https://example.com/better") {
  exercise { videoCandidates { id } } userErrors { code }
} }"""
CREATE_TERM = """mutation ($input: CreateTaxonomyTermInput!) {
  createTaxonomyTerm(input: $input) { term { id } userErrors { code field } }
}"""
PRESCRIPTION = {"load": {"value": 80, "unit": "PERCENT_1RM"}}


async def administered(world: World) -> Organization:
    """A new organization whose coach is its owner and a platform admin, so that one person may do everything."""
    made = await world.organization()
    admin = await world.person(is_platform_admin=True)
    return replace(made, coach=await world.join(made.id, "owner", admin))


@dataclass(frozen=True)
class Prepared:
    """An organization, and the ids that its rows give each operation, by its name.

    `by_room` has those that each room declares.
    """

    organization: Organization
    ids: dict[str, dict[str, str]]
    by_room: Mapping[str, dict[str, set[str]]]

    def variables(self, operation: Operation) -> dict[str, Any]:
        """Variables with which the operation succeeds."""
        return base(operation, self.ids[f"{operation.parent}.{operation.name}"])

    def rooms(self, operation: Operation) -> frozenset[str]:
        """The rooms whose rows these variables name."""
        name, text = f"{operation.parent}.{operation.name}", json.dumps(self.variables(operation))
        return frozenset(room for room, ids in self.by_room.items() if any(id in text for id in ids[name]))


async def prepare(api: Api, world: World, rooms: Collection[str] | None = None) -> Prepared:
    """A new organization with rows for every operation; of those that rooms declare, only these rooms' (None: all)."""
    organization = await administered(world)
    ids, squat = await targets(api, world, organization), await world.exercise_id("back-squat")
    by_room = {}
    for name, room in declared().items():
        if room.targets is not None and (rooms is None or name in rooms):
            before = {operation: {*each.values()} for operation, each in ids.items()}
            await room.targets(Targets(api, world, organization, ids, squat))
            by_room[name] = {operation: {*each.values()} - before[operation] for operation, each in ids.items()}
    ids = {name: {f"{_capitalized(name)}Input.id": each["id"], **each} for name, each in ids.items()}
    return Prepared(organization, ids, by_room)


async def targets(api: Api, world: World, organization: Organization) -> dict[str, dict[str, str]]:
    """New rows of the organization that the ids of each operation may name, but for those that rooms declare."""
    coach, own = organization.coach, str(organization.id)
    exercise = await api.run(CREATE_EXERCISE, coach, input={"organizationId": own, "name": "Own"})
    squat = await world.exercise_id("back-squat")
    tree = [{"movements": [{"exerciseId": squat, "prescription": PRESCRIPTION}]}]
    made = await api.run(CREATE_WORKOUT, coach, input={"organizationId": own, "scoring": "WEIGHT", "sections": tree})
    workout = made["createWorkout"]["workout"]
    section = workout["sections"][0]
    movement = section["movements"][0]["id"]
    comment = (await api.run(ADD_COMMENT, coach, m=movement))["addComment"]["comment"]["id"]
    async with world.writing_as(coach) as session:
        program = await session.insert("programs", {"organization_id": organization.id, "name": "Strength"})
    terms = await made_terms(api, organization)
    shared = {
        **terms, "organization": own, "organizationId": own, "exerciseId": squat, "workoutId": workout["id"],
        "movementId": movement, "parentCommentId": comment, "programId": str(program), "exerciseIds": squat,
        "athleteIds": str(organization.member.id), "athleteId": str(organization.member.id),
    }  # fmt: skip
    existing = {"SectionInput.id": section["id"], "MovementInput.id": movement}
    ids = {"Exercise": exercise["createExercise"]["exercise"]["id"], "Workout": workout["id"], "Movement": movement,
           "Comment": comment, "TaxonomyTerm": terms["bodyRegionId"], "Program": str(program)}  # fmt: skip
    file = {"purpose": "COMMENT_ATTACHMENT", "filename": "a", "mime": "image/png", "sizeBytes": 1}
    announced = await api.run(REQUEST_UPLOAD, coach, input={**file, "organizationId": own})
    by_operation = {name: {**shared, "id": ids.get(_thing(name), squat)} for name in NAMES}
    by_operation["Query.organization"]["id"] = by_operation["Mutation.updateOrganization"]["id"] = own
    by_operation["Mutation.resumeUpload"]["id"] = announced["requestUpload"]["upload"]["id"]
    by_operation["Query.workout"]["id"] = workout["id"]
    by_operation["Mutation.setWorkoutSections"].update(existing)
    by_operation["Mutation.addMovement"]["sectionId"] = section["id"]
    film = await made_film(api, organization)
    for name in NAMES:
        if name.endswith(("ExerciseVideo", "ExerciseVideoStatus")):
            by_operation[name].update(film)
    given = {"workoutId": workout["id"], "athleteIds": [str(organization.member.id)], "scheduledFor": "2026-03-08"}
    assigned = (await api.run(ASSIGN, coach, input=given))["assignWorkout"]["assignments"][0]["id"]
    for name in ("resetSnapshot", "recordAssignmentResult", "recordSets"):
        by_operation[f"Mutation.{name}"]["assignmentId"] = assigned
    by_operation["Mutation.deleteAssignmentResult"]["id"] = await made_result(api, coach, assigned, squat)
    for name in ("setAssignmentStatus", "updateAssignment", "unassignWorkout"):
        by_operation[f"Mutation.{name}"]["id"] = assigned
    await add_layers(world, organization, by_operation, ids["Exercise"])
    by_operation["Mutation.withdrawSafetyOverride"]["id"] = await made_override(api, organization, workout)
    by_operation["Query.checkWorkout"]["assignmentId"] = assigned
    by_operation["Mutation.reviewAliasProposal"]["id"] = await made_proposal(world, squat)
    by_operation["Mutation.retryJob"]["id"] = by_operation["Mutation.cancelJob"]["id"] = await made_job(world)
    return by_operation


async def add_layers(
    world: World, organization: Organization, by_operation: dict[str, dict[str, str]], exercise: str
) -> None:
    """Add the ids that mutations of the training layers take: of an own exercise, a restriction, and an edge."""
    by_operation["Mutation.addSafetyRestriction"]["exerciseId"] = exercise
    by_operation["Mutation.removeSafetyRestriction"]["id"] = await made_restriction(world, organization, exercise)
    rungs, edge = await made_edge(world)
    by_operation["Mutation.createProgression"].update(fromExerciseId=rungs[0], toExerciseId=rungs[1])
    by_operation["Mutation.updateProgression"]["id"] = by_operation["Mutation.deleteProgression"]["id"] = edge


async def made_restriction(world: World, organization: Organization, exercise: str) -> str:
    """What the organization adds to the safety of an exercise."""
    values = {"organization_id": organization.id, "exercise_id": UUID(exercise), "condition": "vertigo"}
    async with world.writing_as(organization.coach) as session:
        return str(await session.insert("safety_restrictions", {**values, "severity": "absolute"}))


async def made_edge(world: World) -> tuple[list[str], str]:
    """Two canonical exercises, and the id of an edge between them."""
    async with world.database.write(act_as_curator) as session:
        exercise = {"name": "Rung", "difficulty": 2}
        rungs = [await session.insert("exercises", exercise) for _ in range(2)]
        ends = {"from_exercise_id": rungs[0], "to_exercise_id": rungs[1]}
        edge = {**ends, "progression_type": "substitution", "difficulty_delta": 0}
        return [str(id) for id in rungs], str(await session.insert("exercise_progressions", edge))


async def made_override(api: Api, organization: Organization, workout: Any) -> str:
    """An override of a warning of a workout's first movement."""
    movement = workout["sections"][0]["movements"][0]["id"]
    sent = {"workoutId": workout["id"], "movementId": movement, "condition": "knee_pain", "reason": "SUPERVISED"}
    made = await api.run(OVERRIDE, organization.coach, input={**sent, "expiresAt": SOON})
    return str(made["overrideSafetyWarning"]["override"]["id"])


async def made_result(api: Api, coach: Person, assigned: str, exercise: str) -> str:
    """The result of an assignment, which is not completed."""
    sets = [{"exerciseId": exercise, "number": 99, "reps": 1}]
    done = await api.run(RECORD_SETS, coach, input={"assignmentId": assigned, "clientId": str(uuid4()), "sets": sets})
    id: str = done["recordSets"]["result"]["id"]
    return id


async def made_job(world: World) -> str:
    """A job that waits for a worker; none runs here."""
    async with world.database.write(act_as_curator) as session:
        (id,) = await store_jobs.insert(session, [(JobKind.THUMBNAIL, {})])
    return str(id)


async def made_proposal(world: World, exercise: str) -> str:
    """An alias that waits for a review."""
    text = f"Alias {uuid4()}"
    values = {"exercise_id": exercise, "language": "he", "text": text, "proposed_text": text, "model": "a model"}
    async with world.database.write(act_as_curator) as session:
        return str(await session.insert("alias_proposals", values))


async def made_film(api: Api, organization: Organization) -> dict[str, str]:
    """An exercise with a video, and the id of another one that is suggested for it."""
    input = {"organizationId": str(organization.id), "name": "Own", "videoUrl": "https://example.com/own"}
    made = (await api.run(CREATE_EXERCISE, organization.coach, input=input))["createExercise"]["exercise"]["id"]
    suggested = await api.run(SUGGEST, organization.coach, id=made)
    candidate = suggested["suggestExerciseVideo"]["exercise"]["videoCandidates"][0]["id"]
    return {"exerciseId": made, "candidateId": candidate}


async def made_terms(api: Api, organization: Organization) -> dict[str, str]:
    """A term of each taxonomy, by the names of the filters that take it, and one to tag with."""
    kinds = {"categoryId": "CATEGORY", "bodyRegionId": "BODY_REGION", "equipmentId": "EQUIPMENT"}
    found = {}
    for name, kind in kinds.items():
        input = {"organizationId": str(organization.id), "kind": kind, "name": "Own"}
        area = {"bodyArea": "Own"} if kind == "BODY_REGION" else {}
        made = await api.run(CREATE_TERM, organization.coach, input={**input, **area})
        found[name] = made["createTaxonomyTerm"]["term"]["id"]
    return {**found, "termIds": found["categoryId"]}


def _capitalized(name: str) -> str:
    """The name of a field without its type's, such as UpdateComment: that of its input's type begins so."""
    field = name.rpartition(".")[2]
    return field[0].upper() + field[1:]


def _thing(name: str) -> str:
    """The name of the thing that a mutation such as updateExercise changes."""
    things = ("Exercise", "Workout", "Movement", "Comment", "TaxonomyTerm", "Program")
    return next((thing for thing in things if name.endswith(thing)), "")


def base(operation: Operation, ids: dict[str, str]) -> dict[str, Any]:
    """Variables with which the operation succeeds."""
    variables = {name: good(type, name, ids) for name, type in operation.arguments.items()}
    return {**variables, "organization": ids["organization"]}
