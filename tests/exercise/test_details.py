"""Instructions and contraindications: replaced as a whole, kept where they stay, refused as a whole."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.services import Services
from kinegraph.settings import Settings
from tests.conftest import SECRET, Api, Person, World
from tests.exercise.details import CREATE, Desk, Json, against, said, stable, step
from tests.library.documents import EFFECTIVE

Pool = Any
LAW = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TYPES = ["PREPARATION", "STEP", "FORM_CUE", "BREATHING", "SAFETY"]
SEVERITIES = ["WARNING", "RESTRICTION", "ABSOLUTE"]
bodies = st.sampled_from(["a", "b", "לעמוד", "two\nlines", "'; --", "\\", "{}", "null", "💪"])
instructions = st.lists(st.builds(step, bodies, st.sampled_from(TYPES)), max_size=5)
contraindications = st.lists(
    st.builds(
        lambda condition, severity, text: against(condition, severity, description=text),
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


@pytest.fixture(scope="module")
def services(database_url: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """The application with a folder of files of this module's own."""
    settings = Settings(environment="development", home=tmp_path_factory.mktemp("home"))
    return Services(settings, database_url, redis_url, SECRET)


@pytest.fixture(scope="module")
async def desk(api: Api, world: World) -> Desk:
    """An organization to write exercises in."""
    return Desk(api, await world.organization())


@pytest.fixture(scope="module")
async def admin(world: World) -> Person:
    """A platform admin."""
    return await world.person(is_platform_admin=True)


def as_read(sent: Json) -> Json:
    """What is read of parts that were sent."""
    return {
        "instructions": [
            {**each, "sortOrder": place, "imageKey": None} for place, each in enumerate(sent.get("instructions") or ())
        ],
        "contraindications": [{"description": None, **each} for each in sent.get("contraindications") or ()],
    }


def parts_said(exercise: Json) -> Json:
    """What an exercise's parts say."""
    return {name: said(exercise[name]) for name in ("instructions", "contraindications")}


@LAW
@given(steps=st.lists(SECTIONS, min_size=1, max_size=5))
async def test_what_is_sent_replaces_what_was_and_what_is_absent_is_left_alone(desk: Desk, steps: list[Json]) -> None:
    exercise = await desk.create(**steps[0])
    model = {name: steps[0].get(name) for name in ("instructions", "contraindications")}
    assert parts_said(exercise) == as_read(model)
    for sent in steps[1:]:
        model |= {name: value for name, value in sent.items() if name in model}
        changed = await desk.update(exercise["id"], **sent)
        assert parts_said(changed) == as_read(model)
        assert stable(await desk.read(exercise["id"])) == stable(changed)
        is_same = {**stable(changed), "updatedAt": ""} == {**stable(exercise), "updatedAt": ""}
        assert (changed["updatedAt"] == exercise["updatedAt"]) is is_same
        exercise = changed


@pytest.mark.parametrize("nothing", [None, []])
async def test_null_and_an_empty_list_both_take_everything_away(desk: Desk, nothing: list[Json] | None) -> None:
    exercise = await desk.create(instructions=[step()], contraindications=[against("hip")])
    bare = await desk.update(exercise["id"], instructions=nothing, contraindications=nothing)
    assert (bare["instructions"], bare["contraindications"]) == ([], [])
    assert bare["updatedAt"] > exercise["updatedAt"]
    made = await desk.create(instructions=nothing, contraindications=nothing)
    assert (made["instructions"], made["contraindications"]) == ([], [])


async def test_all_five_types_and_all_three_severities_come_back_in_their_order(desk: Desk) -> None:
    sent = {"instructions": [step(f"It is {type}", type) for type in TYPES],
            "contraindications": [against(f"c {each}", each, description="why") for each in SEVERITIES]}  # fmt: skip
    exercise = await desk.create(**sent)
    assert parts_said(exercise) == as_read(sent)


async def test_sending_back_what_was_read_changes_nothing_not_even_an_id_or_a_time(desk: Desk) -> None:
    exercise = await desk.create(instructions=[step("a"), step("b")], contraindications=[against("hip"), against("x")])
    sent = {
        "instructions": [{n: each[n] for n in ("type", "body", "imageKey")} for each in exercise["instructions"]],
        "contraindications": [
            {n: each[n] for n in ("condition", "severity", "description")} for each in exercise["contraindications"]
        ],
    }
    assert stable(await desk.update(exercise["id"], **sent)) == stable(exercise)


@pytest.mark.parametrize("name", ["instructions", "contraindications"])
async def test_what_stays_keeps_its_id_where_something_is_changed_or_added_behind_it(desk: Desk, name: str) -> None:
    entries = [step(c) for c in "abc"] if name == "instructions" else [against(c) for c in "abc"]
    other = step("other") if name == "instructions" else against("other")
    exercise = await desk.create(**{name: entries})
    ids = [each["id"] for each in exercise[name]]
    longer = await desk.update(exercise["id"], **{name: [*entries, other]})
    assert [each["id"] for each in longer[name]][:3] == ids
    middle = await desk.update(exercise["id"], **{name: [entries[0], other, entries[2]]})
    assert [middle[name][0]["id"], middle[name][2]["id"]] == [ids[0], ids[2]]


@pytest.mark.parametrize("name", ["instructions", "contraindications"])
@pytest.mark.parametrize("order", [(1, 2), (2, 1, 0), (1, 0, 2)], ids=["the first goes", "backwards", "swapped"])
async def test_what_stays_keeps_its_id_wherever_it_moves(desk: Desk, name: str, order: tuple[int, ...]) -> None:
    entries = [step(c) for c in "abc"] if name == "instructions" else [against(c) for c in "abc"]
    exercise = await desk.create(**{name: entries})
    moved = await desk.update(exercise["id"], **{name: [entries[place] for place in order]})
    assert [each["id"] for each in moved[name]] == [exercise[name][place]["id"] for place in order]


BAD: Json = {
    "name": " ",
    "difficulty": 9,
    "instructions": [step("ok"), step("  "), step("x" * 2001), step("a\0b"), step("y", imageKey="k" * 1025)],
    "contraindications": [against(" "), against("Knee pain"), against("knee-PAIN"), against("x" * 121),
                          against("ok", description="x" * 2001)],
    "termIds": ["nonsense"],
}  # fmt: skip
TOLD = [
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


async def test_everything_that_is_wrong_with_an_input_is_told_at_once_with_its_place_and_nothing_is_stored(
    desk: Desk, owner: Pool
) -> None:
    exercise = await desk.create(instructions=[step("kept")], contraindications=[against("kept")])
    assert await desk.refused(exercise["id"], **BAD, description="New") == [("INVALID_INPUT", path) for path in TOLD]
    assert stable(await desk.read(exercise["id"])) == stable(exercise)
    count = await owner.fetchval("SELECT count(*) FROM exercises")
    found = await desk.api.refusals(CREATE, desk.coach, input={**BAD, "organizationId": str(desk.organization.id)})
    assert sorted(path for _, path in found) == TOLD
    assert await owner.fetchval("SELECT count(*) FROM exercises") == count


async def test_pictures_and_terms_that_are_not_there_are_told_at_once_too(desk: Desk) -> None:
    unknown = str(desk.organization.id)
    exercise = await desk.create()
    found = await desk.refused(
        exercise["id"], instructions=[step(imageKey="no/such/key"), step(imageKey=unknown)], termIds=[unknown]
    )
    assert [path[1:3] for _, path in found] == [["instructions", "0"], ["instructions", "1"], ["termIds", "0"]]


async def test_a_missing_picture_or_term_takes_every_other_change_of_the_input_back(desk: Desk) -> None:
    exercise = await desk.create(instructions=[step("kept")], contraindications=[against("kept")])
    for fault in ({"instructions": [step("x", imageKey="no/such/key")]}, {"termIds": [str(desk.organization.id)]}):
        change = {"name": "Changed", "instructions": [step("x")], "contraindications": []}
        assert len(await desk.refused(exercise["id"], **{**change, **fault})) == 1
        assert stable(await desk.read(exercise["id"])) == stable(exercise)


@pytest.mark.parametrize(("name", "entry"), [("instructions", step("x")), ("contraindications", against("x"))])
async def test_fifty_entries_are_taken_and_one_more_is_refused(desk: Desk, name: str, entry: Json) -> None:
    key = "body" if name == "instructions" else "condition"
    entries = [{**entry, key: f"x{number}"} for number in range(51)]
    exercise = await desk.create(**{name: entries[:50]})
    assert [each[key] for each in exercise[name]] == [each[key] for each in entries[:50]]
    assert await desk.refused(exercise["id"], **{name: entries}) == [("INVALID_INPUT", ["input", name])]


async def test_of_many_updates_at_once_the_lists_are_those_of_one_of_them_as_a_whole(desk: Desk, owner: Pool) -> None:
    exercise = await desk.create(instructions=[step("first")])
    sent = [[step(f"{number} {place}") for place in range(number + 1)] for number in range(8)]
    await asyncio.gather(*(desk.update(exercise["id"], instructions=each) for each in sent))
    left = [each["body"] for each in (await desk.read(exercise["id"]))["instructions"]]
    assert left in [[each["body"] for each in entries] for entries in sent]


async def test_an_organization_sees_the_stored_parts_of_the_exercise_it_overrides(desk: Desk, admin: Person) -> None:
    made = await desk.create(admin, organizationId=None, instructions=[step("a")], contraindications=[against("hip")])
    fields = "instructions { body } contraindications { condition }"
    text = EFFECTIVE.replace("isOrgCustom", f"isOrgCustom {fields}")
    found = await desk.api.run(text, desk.coach, exerciseId=made["id"], organizationId=str(desk.organization.id))
    assert found["effectiveExercise"]["instructions"] == [{"body": "a"}]
    assert found["effectiveExercise"]["contraindications"] == [{"condition": "hip"}]


async def test_only_who_writes_an_exercise_changes_its_parts(desk: Desk, world: World) -> None:
    exercise = await desk.create(instructions=[step("kept")])
    canonical = await world.exercise_id("back-squat")
    stranger = (await world.organization()).coach
    assert [code for code, _ in await desk.refused(exercise["id"], desk.organization.member, instructions=[])] == [
        "FORBIDDEN"
    ]
    assert await desk.refused(exercise["id"], stranger, instructions=[]) == [("NOT_FOUND", ["id"])]
    assert [code for code, _ in await desk.refused(canonical, desk.coach, instructions=[])] == ["FORBIDDEN"]
    assert said((await desk.read(exercise["id"]))["instructions"])[0]["body"] == "kept"
