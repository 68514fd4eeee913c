"""Any id that the API gave out for an exercise is taken wherever an exercise is meant."""

from typing import Any  # JSON of the API

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType

from kinegraph.api.schema import schema
from tests.conftest import Api, Organization, Person
from tests.rooms import WHERE, listed

ERRORS = "userErrors { code message }"
EXERCISE = f"{{ exercise {{ id }} {ERRORS} }}"
TREE = "sections: [{movements: [{exerciseId: $id}]}]"
FILE = 'purpose: EXERCISE_VIDEO, filename: "a.mp4", mime: "video/mp4", sizeBytes: 9'
CREATE = f"mutation ($input: CreateExerciseInput!) {{ createExercise(input: $input) {EXERCISE} }}"
REQUESTS = {
    "Query.exercise.id": ("$id: ID!", "exercise(id: $id) { id }"),
    "Query.effectiveExercise.id": ("$id: ID!, $gym: ID!", "effectiveExercise(id: $id, organizationId: $gym) { id }"),
    "Query.aliasProposals.exerciseId": ("$id: ID!", "aliasProposals(exerciseId: $id) { totalCount }"),
    "Query.workoutsUsingExercise.exerciseId": (
        "$id: ID!, $gym: ID!",
        "workoutsUsingExercise(organizationId: $gym, exerciseId: $id) { totalCount }",
    ),
    "MovementInput.exerciseId": (
        "$id: ID!, $gym: ID!",
        f"createWorkout(input: {{organizationId: $gym, {TREE}}}) {{ workout {{ id }} {ERRORS} }}",
    ),
    "RequestUploadInput.exerciseId": (
        "$id: ID!, $gym: ID!",
        f"requestUpload(input: {{organizationId: $gym, exerciseId: $id, {FILE}}}) {{ upload {{ id }} {ERRORS} }}",
    ),
    "Mutation.updateExercise.id": ("$id: ID!", f'updateExercise(id: $id, input: {{athleteNotes: "x"}}) {EXERCISE}'),
    "Mutation.cloneExercise.id": ("$id: ID!, $gym: ID!", f"cloneExercise(id: $id, organizationId: $gym) {EXERCISE}"),
    "Mutation.upsertExerciseOverride.exerciseId": (
        "$id: ID!, $gym: ID!",
        f'upsertExerciseOverride(exerciseId: $id, organizationId: $gym, overrides: {{name: "Mine"}}) {EXERCISE}',
    ),
    "Mutation.resetExerciseOverride.exerciseId": (
        "$id: ID!, $gym: ID!",
        f"resetExerciseOverride(exerciseId: $id, organizationId: $gym) {EXERCISE}",
    ),
    "Mutation.suggestExerciseVideo.exerciseId": (
        "$id: ID!",
        f'suggestExerciseVideo(exerciseId: $id, url: "https://youtu.be/dQw4w9WgXcQ") {EXERCISE}',
    ),
    "Mutation.voteExerciseVideo.exerciseId": ("$id: ID!", f"voteExerciseVideo(exerciseId: $id, vote: UP) {EXERCISE}"),
    "Mutation.lockExerciseVideo.exerciseId": (
        "$id: ID!",
        f"lockExerciseVideo(exerciseId: $id, locked: false) {EXERCISE}",
    ),
    "Mutation.setExerciseVideoStatus.exerciseId": (
        "$id: ID!",
        f"setExerciseVideoStatus(exerciseId: $id, status: VERIFIED) {EXERCISE}",
    ),
    "Mutation.deleteExercise.id": ("$id: ID!", f"deleteExercise(id: $id) {{ deletedId {ERRORS} }}"),
}
"""A request by the argument or the input's field that an exercise's id is sent in."""

OVERRIDES = ("Mutation.upsertExerciseOverride.exerciseId", "Mutation.resetExerciseOverride.exerciseId")
"""These take canonical exercises, the others the organization's own."""

ADMINS = ("Query.aliasProposals.exerciseId",)
"""These are for platform admins (tests/enrichment has what they answer)."""

ONCE = ("Mutation.deleteExercise.id", "Mutation.suggestExerciseVideo.exerciseId")
"""These are accepted once for an exercise."""


@pytest.mark.parametrize("coordinate", REQUESTS)
async def test_an_effective_exercises_id_is_taken_wherever_an_exercise_is_meant(
    api: Api, gym: Organization, admin: Person, squat: str, coordinate: str
) -> None:
    signature, call = REQUESTS[coordinate]
    person = admin if coordinate in ADMINS else gym.coach
    own = await _own(api, gym)
    for id in (own, f"{gym.id}:{own}") if coordinate not in OVERRIDES else (squat, f"{gym.id}:{squat}"):
        if coordinate in ONCE:
            id = id.replace(own, await _own(api, gym))
        gym_id = {"gym": str(gym.id)} if "$gym" in signature else {}
        operation = "query" if coordinate.startswith("Query") else "mutation"
        data = await api.run(f"{operation} ({signature}) {{ {call} }}", person, id=id, **gym_id)
        assert None not in data.values()


async def _own(api: Api, gym: Organization) -> str:
    data = await api.run(
        CREATE,
        gym.coach,
        input={"name": "Own", "organizationId": str(gym.id), "videoUrl": "https://youtu.be/aaaaaaaaaaa"},
    )
    id: str = data["createExercise"]["exercise"]["id"]
    return id


def test_every_argument_for_an_exercise_is_tried() -> None:
    root = schema._schema
    found: set[str] = set()
    for type in (root.query_type, root.mutation_type):
        assert isinstance(type, GraphQLObjectType)
        for name, field in type.fields.items():
            found |= {f"{type.name}.{name}.exerciseId" for argument in field.args if argument == "exerciseId"}
            described: list[Any] = [a for key, a in field.args.items() if key == "id"]
            found |= {f"{type.name}.{name}.id" for a in described if "exercise" in str(a.description).lower()}
    for each in root.type_map.values():
        if isinstance(each, GraphQLInputObjectType) and "exerciseId" in each.fields:
            found.add(f"{each.name}.exerciseId")
    alike = {"Mutation.decideExerciseVideo.exerciseId"}  # by the function of `lockExerciseVideo`
    # Their `input` has the same values as the arguments (tests/api/test_one_shape.py).
    mutations = {each.split(".")[1] for each in found if each.startswith("Mutation.") and each.endswith(".exerciseId")}
    alike |= {f"{name[0].upper()}{name[1:]}Input.exerciseId" for name in mutations}
    missing = found - alike - {*listed("exercise_ids")}
    assert missing == set(REQUESTS), f"a request here, or `exercise_ids` of a room that tries it: {WHERE}"


async def test_another_organizations_view_of_a_canonical_exercise_names_the_exercise(
    api: Api, gym: Organization, squat: str
) -> None:
    id = f"019aaaaa-0000-7000-8000-000000000000:{squat}"
    data = await api.run("query ($id: ID!) { exercise(id: $id) { id } }", gym.coach, id=id)
    assert data == {"exercise": {"id": squat}}


@pytest.mark.parametrize("id", ["", ":", "x:{squat}", "{squat}:", "{squat}:x", "{squat}:{squat}:{squat}", "{squat} "])
async def test_what_is_no_id_is_refused(api: Api, gym: Organization, squat: str, id: str) -> None:
    response = await api.post("query ($id: ID!) { exercise(id: $id) { id } }", gym.coach, id=id.format(squat=squat))
    (error,) = response.json()["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "field": ["id"]}
