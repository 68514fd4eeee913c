"""Instructions and contraindications: each list is replaced or refused as a whole; entries retain their ids."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Person, World
from tests.exercise.details import CREATE, ExerciseClient, Json, contraindication, instruction, stable, values_of
from tests.library.documents import EFFECTIVE
from tests.workout.documents import Pool

LAW = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TYPES = ["PREPARATION", "STEP", "FORM_CUE", "BREATHING", "SAFETY"]
SEVERITIES = ["WARNING", "RESTRICTION", "ABSOLUTE"]
bodies = st.sampled_from(["a", "b", "לעמוד", "two\nlines", "'; --", "\\", "{}", "null", "💪"])
instructions = st.lists(st.builds(instruction, bodies, st.sampled_from(TYPES)), max_size=5)
contraindications = st.lists(
    st.builds(
        lambda condition, severity, text: contraindication(condition, severity, description=text),
        st.sampled_from(["knee pain", "hip", "הריון", "back", "a'b"]),
        st.sampled_from(SEVERITIES),
        st.none() | bodies,
    ),
    max_size=4,
    unique_by=lambda each: each["condition"],
)
SECTIONS = st.fixed_dictionaries(
    {},
    optional={
        "instructions": st.none() | instructions,
        "contraindications": st.none() | contraindications,
        "description": st.sampled_from(["x", "y"]),
    },
)


def as_read(sent: Json) -> Json:
    """The answer that is expected for an input."""
    return {
        "instructions": [
            {**each, "sortOrder": position, "imageKey": None}
            for position, each in enumerate(sent.get("instructions") or ())
        ],
        "contraindications": [{"description": None, **each} for each in sent.get("contraindications") or ()],
    }


def details_of(exercise: Json) -> Json:
    """An exercise's instructions and contraindications, without ids and addresses."""
    return {name: values_of(exercise[name]) for name in ("instructions", "contraindications")}


@LAW
@given(inputs=st.lists(SECTIONS, min_size=1, max_size=5))
async def test_sent_lists_replace_the_stored_ones_and_absent_ones_are_left_alone(
    client: ExerciseClient, inputs: list[Json]
) -> None:
    exercise = await client.create(**inputs[0])
    model = {name: inputs[0].get(name) for name in ("instructions", "contraindications")}
    assert details_of(exercise) == as_read(model)
    for sent in inputs[1:]:
        model |= {name: value for name, value in sent.items() if name in model}
        changed = await client.update(exercise["id"], **sent)
        assert details_of(changed) == as_read(model)
        assert stable(await client.read(exercise["id"])) == stable(changed)
        is_same = {**stable(changed), "updatedAt": ""} == {**stable(exercise), "updatedAt": ""}
        assert (changed["updatedAt"] == exercise["updatedAt"]) is is_same
        exercise = changed


@pytest.mark.parametrize("nothing", [None, []])
async def test_null_and_an_empty_list_both_delete_all_entries(
    client: ExerciseClient, nothing: list[Json] | None
) -> None:
    exercise = await client.create(instructions=[instruction()], contraindications=[contraindication("hip")])
    bare = await client.update(exercise["id"], instructions=nothing, contraindications=nothing)
    assert (bare["instructions"], bare["contraindications"]) == ([], [])
    assert bare["updatedAt"] > exercise["updatedAt"]
    made = await client.create(instructions=nothing, contraindications=nothing)
    assert (made["instructions"], made["contraindications"]) == ([], [])


async def test_all_five_types_and_all_three_severities_come_back_in_their_order(client: ExerciseClient) -> None:
    sent = {
        "instructions": [instruction(f"It is {type}", type) for type in TYPES],
        "contraindications": [contraindication(f"c {each}", each, description="d") for each in SEVERITIES],
    }
    exercise = await client.create(**sent)
    assert details_of(exercise) == as_read(sent)


async def test_sending_back_the_answered_values_changes_nothing_not_even_an_id_or_a_time(
    client: ExerciseClient,
) -> None:
    exercise = await client.create(
        instructions=[instruction("a"), instruction("b")],
        contraindications=[contraindication("hip"), contraindication("x")],
    )
    sent = {
        "instructions": [{n: each[n] for n in ("type", "body", "imageKey")} for each in exercise["instructions"]],
        "contraindications": [
            {n: each[n] for n in ("condition", "severity", "description")} for each in exercise["contraindications"]
        ],
    }
    assert stable(await client.update(exercise["id"], **sent)) == stable(exercise)


@pytest.mark.parametrize("name", ["instructions", "contraindications"])
async def test_unchanged_entries_retain_their_ids_where_a_later_one_is_changed_or_added(
    client: ExerciseClient, name: str
) -> None:
    entries = [instruction(c) for c in "abc"] if name == "instructions" else [contraindication(c) for c in "abc"]
    other = instruction("other") if name == "instructions" else contraindication("other")
    exercise = await client.create(**{name: entries})
    ids = [each["id"] for each in exercise[name]]
    longer = await client.update(exercise["id"], **{name: [*entries, other]})
    assert [each["id"] for each in longer[name]][:3] == ids
    middle = await client.update(exercise["id"], **{name: [entries[0], other, entries[2]]})
    assert [middle[name][0]["id"], middle[name][2]["id"]] == [ids[0], ids[2]]


@pytest.mark.parametrize("name", ["instructions", "contraindications"])
@pytest.mark.parametrize("order", [(1, 2), (2, 1, 0), (1, 0, 2)], ids=["the first goes", "backwards", "swapped"])
async def test_unchanged_entries_retain_their_ids_wherever_they_move(
    client: ExerciseClient, name: str, order: tuple[int, ...]
) -> None:
    entries = [instruction(c) for c in "abc"] if name == "instructions" else [contraindication(c) for c in "abc"]
    exercise = await client.create(**{name: entries})
    moved = await client.update(exercise["id"], **{name: [entries[position] for position in order]})
    assert [each["id"] for each in moved[name]] == [exercise[name][position]["id"] for position in order]


BAD: Json = {
    "name": " ",
    "difficulty": 9,
    "instructions": [
        *map(instruction, ("ok", "  ", "x" * 2001, "a\0b")),
        instruction("y", imageKey="k" * 1025),
    ],
    "contraindications": [
        *map(contraindication, (" ", "Knee pain", "knee  PAIN", "x" * 121)),
        contraindication("ok", description="x" * 2001),
    ],
    "termIds": ["nonsense"],
}
PATHS = [
    ["input", "contraindications", "0", "condition"],
    ["input", "contraindications", "2", "condition"],
    ["input", "contraindications", "3", "condition"],
    ["input", "contraindications", "4", "description"],
    ["input", "difficulty"],
    ["input", "instructions", "1", "body"],
    ["input", "instructions", "2", "body"],
    ["input", "instructions", "3", "body"],
    ["input", "instructions", "4", "imageKey"],
    ["input", "name"],
    ["input", "termIds", "0"],
]


async def test_all_faults_of_the_lists_are_refused_together_each_at_its_path_and_nothing_is_stored(
    client: ExerciseClient, owner: Pool
) -> None:
    exercise = await client.create(
        instructions=[instruction("retained")], contraindications=[contraindication("retained")]
    )
    assert await client.refused(exercise["id"], **BAD, description="New") == [("INVALID_INPUT", path) for path in PATHS]
    assert stable(await client.read(exercise["id"])) == stable(exercise)
    count = await owner.fetchval("SELECT count(*) FROM exercises")
    found = await client.api.refusals(
        CREATE, client.coach, input={**BAD, "organizationId": str(client.organization.id)}
    )
    assert sorted(path for _, path in found) == PATHS
    assert await owner.fetchval("SELECT count(*) FROM exercises") == count


async def test_unknown_pictures_and_terms_are_refused_together_too(client: ExerciseClient) -> None:
    unknown = str(client.organization.id)
    exercise = await client.create()
    found = await client.refused(
        exercise["id"],
        instructions=[instruction(imageKey="no/such/key"), instruction(imageKey=unknown)],
        termIds=[unknown],
    )
    assert [path[1:3] for _, path in found] == [["instructions", "0"], ["instructions", "1"], ["termIds", "0"]]


async def test_a_missing_picture_or_term_refuses_every_other_change_of_the_input(client: ExerciseClient) -> None:
    exercise = await client.create(
        instructions=[instruction("retained")], contraindications=[contraindication("retained")]
    )
    for fault in (
        {"instructions": [instruction("x", imageKey="no/such/key")]},
        {"termIds": [str(client.organization.id)]},
    ):
        change = {"name": "Changed", "instructions": [instruction("x")], "contraindications": []}
        assert len(await client.refused(exercise["id"], **{**change, **fault})) == 1
        assert stable(await client.read(exercise["id"])) == stable(exercise)


@pytest.mark.parametrize(
    ("name", "entry", "limit"),
    [("instructions", instruction("x"), 50), ("contraindications", contraindication("x"), 100)],
)
async def test_as_many_entries_as_permitted_are_accepted_and_one_more_is_refused(
    client: ExerciseClient, name: str, entry: Json, limit: int
) -> None:
    key = "body" if name == "instructions" else "condition"
    entries = [{**entry, key: f"x{number}"} for number in range(limit + 1)]
    exercise = await client.create(**{name: entries[:limit]})
    assert [each[key] for each in exercise[name]] == [each[key] for each in entries[:limit]]
    assert await client.refused(exercise["id"], **{name: entries}) == [("INVALID_INPUT", ["input", name])]


async def test_concurrent_updates_leave_the_lists_of_one_of_them_as_a_whole(
    client: ExerciseClient, owner: Pool
) -> None:
    exercise = await client.create(instructions=[instruction("first")])
    sent = [[instruction(f"{number} {position}") for position in range(number + 1)] for number in range(8)]
    await asyncio.gather(*(client.update(exercise["id"], instructions=each) for each in sent))
    left = [each["body"] for each in (await client.read(exercise["id"]))["instructions"]]
    assert left in [[each["body"] for each in entries] for entries in sent]


async def test_an_organization_sees_the_stored_details_of_an_exercise_that_it_overrides(
    client: ExerciseClient, admin: Person
) -> None:
    made = await client.create(
        admin, organizationId=None, instructions=[instruction("a")], contraindications=[contraindication("hip")]
    )
    fields = "instructions { body } contraindications { condition }"
    text = EFFECTIVE.replace("isOrgCustom", f"isOrgCustom {fields}")
    found = await client.api.run(text, client.coach, exerciseId=made["id"], organizationId=str(client.organization.id))
    assert found["effectiveExercise"]["instructions"] == [{"body": "a"}]
    assert found["effectiveExercise"]["contraindications"] == [{"condition": "hip"}]


async def test_only_those_who_may_write_an_exercise_change_its_details(client: ExerciseClient, world: World) -> None:
    exercise = await client.create(instructions=[instruction("retained")])
    canonical = await world.exercise_id("back-squat")
    stranger = (await world.organization()).coach
    assert [code for code, _ in await client.refused(exercise["id"], client.organization.member, instructions=[])] == [
        "FORBIDDEN"
    ]
    assert await client.refused(exercise["id"], stranger, instructions=[]) == [("NOT_FOUND", ["id"])]
    assert [code for code, _ in await client.refused(canonical, client.coach, instructions=[])] == ["FORBIDDEN"]
    assert values_of((await client.read(exercise["id"]))["instructions"])[0]["body"] == "retained"
