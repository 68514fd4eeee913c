"""Writing back what was read changes nothing: for every field of every type that has a mutation to change it.

Inputs, and selections of the same fields, are made from the schema, so that a new field is tested without an edit here.
"""

from typing import Any, TypeAlias  # inputs and answers are JSON

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
    is_required_input_field,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kinegraph.api.schema import schema
from kinegraph.exercise.rules_columns import COLUMNS, LISTS, REGISTRY, Column, Kind
from kinegraph.kit.checks import without_duplicates
from kinegraph.kit.text import identity_of, normalized
from tests.conftest import Api, Organization, Person, World
from tests.exercise.documents import create as create_exercise
from tests.workout.documents import create as create_workout
from tests.workout.documents import movement, section

Json: TypeAlias = dict[str, Any]
CORE = schema._schema
ERRORS = "userErrors { message field }"
READ_AS = {
    "exerciseId": "exercise { exerciseId }",
    "programId": "program { id }",
    "termIds": "categories { id } bodyRegions { id } equipmentItems { id }",
    "videoDurationSeconds": "video { durationSeconds }",
}
"""The output fields that an input field of another name is read from."""

NOT_READ = {"videoUploadId", "thumbnailUploadId", "equipmentText", "aliasesText", "assignmentId", "ifUpdatedAt"}
"""Other ways to write fields that are read, and which state is edited; nothing of them is read itself."""

TEXTS = [
    "Row, Seated",
    "1,25 kg plate",
    "a; b|c",
    "e\u0301lan",
    "שָׁלוֹם עולם",
    "カ\u3099",
    "İstanbul Straße",
    "👩‍👩‍👧 2",
    " a  b ",
]
LINES = [*TEXTS, "one\r\ntwo\n\nthree"]
SHAPES: list[tuple[str | None, Json | None]] = [
    (None, None), ("LINEAR", None), ("AMRAP", {"capSeconds": 60}), ("REP_SCHEME", {"repScheme": [21, 15, 9]}),
    ("TABATA", {"workSeconds": 20, "restSeconds": 0, "rounds": 8}),
]  # fmt: skip


def samples_of(column: Column) -> st.SearchStrategy[Any]:
    """Values of a column of exercises that is a text or a number."""
    if column.kind is Kind.NUMBER:
        return st.none() | st.integers(*column.bounds)
    return st.sampled_from(LINES if column.is_multiline else TEXTS)


SAMPLES: dict[str, st.SearchStrategy[Any]] = {
    **{column.api_name: samples_of(column) for column in REGISTRY if column.kind in (Kind.TEXT, Kind.NUMBER)},
    "name": st.sampled_from(TEXTS),
    "condition": st.sampled_from(TEXTS),
    **dict.fromkeys(("label", "supersetGroup"), st.none() | st.sampled_from(["A1", "é", "ב"])),
    **dict.fromkeys(("videoUrl", "thumbnailUrl"), st.none() | st.sampled_from(["https://v.example/e\u0301?a=%2C"])),
    **dict.fromkeys(("termIds", "imageKey", "programId", "videoDurationSeconds"), st.nothing()),
    "timeCap": st.none() | st.integers(1, 1_440),
    "tempo": st.none() | st.sampled_from(["3-1-x-0", "2-0-2"]),
    "load": st.none() | st.fixed_dictionaries({"unit": st.sampled_from(["KG", "LB"]), "value": st.floats(0, 1000)}),
    "distanceMeters": st.none() | st.floats(0, 1e6),
    "repsMin": st.integers(0, 10),
    "repsMax": st.integers(10, 20),
    "contraindications": st.lists(
        st.sampled_from(TEXTS).map(lambda text: {"condition": text, "severity": "WARNING", "description": text}),
        max_size=2, unique_by=lambda each: each["condition"],
    ),
    "status": st.just("PUBLISHED"),
}  # fmt: skip
"""Values of fields that do not take every text or number."""


def values_of(input_type: GraphQLInputObjectType) -> st.SearchStrategy[Json]:
    """Inputs with some of the type's fields."""
    fields = {}
    for name, field in input_type.fields.items():
        if name in NOT_READ or SAMPLES.get(name) == st.nothing() or name in ("id", "exerciseId", "movements", "config"):
            continue
        fields[name] = SAMPLES[name] if name in SAMPLES else value_of(field.type)
    return st.fixed_dictionaries({}, optional=fields)


def value_of(type_: Any) -> st.SearchStrategy[Any]:
    """Values of an input field's type."""
    inner, named = get_nullable_type(type_), get_named_type(type_)
    one: st.SearchStrategy[Any] = {"Boolean": st.booleans(), "Int": st.integers(1, 100)}.get(
        named.name, st.sampled_from(LINES)
    )
    if isinstance(named, GraphQLEnumType):
        one = st.sampled_from([*named.values])
    elif isinstance(named, GraphQLInputObjectType):
        required = {
            name: value_of(field.type) for name, field in named.fields.items() if is_required_input_field(field)
        }
        one = st.builds(lambda must, may: {**may, **must}, st.fixed_dictionaries(required), values_of(named))
    return st.lists(one, max_size=3) if isinstance(inner, GraphQLList) else one


def selection(input_type: GraphQLInputObjectType) -> str:
    """The fields of an output type that have the names of an input's."""
    parts = []
    for name, field in input_type.fields.items():
        named: Any = get_named_type(field.type)
        if name in READ_AS:
            parts.append(READ_AS[name])
        elif isinstance(named, GraphQLInputObjectType):
            parts.append(f"{name} {{ {selection(named)} }}")
        elif name not in NOT_READ:
            parts.append(name)
    return " ".join(parts)


def echoed(input_type: GraphQLInputObjectType, read: Json) -> Json:
    """The input that writes back an object that was read by `selection`."""
    sent: Json = {}
    for name, field in input_type.fields.items():
        named = get_named_type(field.type)
        if name == "termIds":
            sent[name] = [
                term["id"] for terms in ("categories", "bodyRegions", "equipmentItems") for term in read[terms]
            ]
        elif name in READ_AS:
            outer, _, inner, _ = READ_AS[name].split()
            sent[name] = read[outer] and read[outer][inner]
        elif isinstance(named, GraphQLInputObjectType):
            values = read[name]
            is_list = isinstance(values, list)
            sent[name] = [echoed(named, each) for each in values] if is_list else values and echoed(named, values)
        elif name not in NOT_READ:
            sent[name] = read[name]
    return sent


LAW = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Written:
    """A mutation that changes an object of one type, and the fields that are read of it."""

    def __init__(self, mutation: str, argument: str, input_type: str, payload: str, more: str = "") -> None:
        of: Any = CORE.type_map[input_type]
        self.type = of
        field = CORE.mutation_type.fields[mutation]  # type: ignore[union-attr]  # the schema has mutations
        self.variables = [name for name in field.args if name in ("id", "exerciseId", "organizationId", "workoutId")]
        self.mutation, self.argument, self.payload = mutation, argument, payload
        self.is_list = isinstance(get_nullable_type(field.args[argument].type), GraphQLList)
        self.fields = f"sections {{ {selection(self.type)} }}" if self.is_list else selection(self.type)
        declared = ", ".join(f"${name}: {field.args[name].type}" for name in (*self.variables, argument))
        passed = ", ".join(f"{name}: ${name}" for name in (*self.variables, argument))
        body = f"{payload} {{ {self.fields} {more} }}"
        self.document = f"mutation ({declared}) {{ {mutation}({passed}) {{ {body} {ERRORS} }} }}"

    async def __call__(self, api: Api, person: Person, ids: Json, sent: Any) -> Json:
        """The object after a change."""
        answer = await api.run(self.document, person, **ids, **{self.argument: sent})
        changed: Json = answer[self.mutation][self.payload]
        return changed

    def back(self, read: Json) -> Any:
        """The argument that writes back what was read."""
        return [echoed(self.type, each) for each in read["sections"]] if self.is_list else echoed(self.type, read)


EXERCISE = Written("updateExercise", "input", "UpdateExerciseInput", "exercise", "updatedAt")
OVERRIDE = Written(
    "upsertExerciseOverride", "overrides", "ExerciseOverrideInput", "exercise",
    "customizedFields overrides { field updatedAt }",
)  # fmt: skip
WORKOUT = Written("updateWorkout", "input", "UpdateWorkoutInput", "workout", "updatedAt")
TREE = Written("setWorkoutSections", "sections", "SectionInput", "workout", "updatedAt")
MOVEMENT = Written("updateMovement", "input", "UpdateMovementInput", "movement", "id")
PROGRAM = Written("updateProgram", "input", "UpdateProgramInput", "program")


async def unchanged(api: Api, person: Person, written: Written, ids: Json, sent: Any) -> None:
    """Write an input, of which lists are read as they were sent, and what was read once more: this changes nothing."""
    read = await written(api, person, ids, sent)
    for column in (COLUMNS[name] for name in LISTS if COLUMNS[name].api_name in sent):
        entries = [normalized(entry.strip()) for entry in sent[column.api_name]]
        same = identity_of if column.is_caseless else normalized
        assert read[column.api_name] == without_duplicates(entries, same)
    assert await written(api, person, ids, written.back(read)) == read


@LAW
@given(sent=values_of(EXERCISE.type))
async def test_an_exercise_that_was_read_can_be_written_back(
    api: Api, written_back: tuple[Organization, Json], sent: Json
) -> None:
    gym, ids = written_back
    await unchanged(api, gym.coach, EXERCISE, {"id": ids["own"]}, {**sent, "termIds": ids["terms"]})


@LAW
@given(sent=values_of(OVERRIDE.type))
async def test_an_overridden_exercise_that_was_read_can_be_written_back(
    api: Api, written_back: tuple[Organization, Json], sent: Json
) -> None:
    gym, ids = written_back
    await unchanged(api, gym.coach, OVERRIDE, {"exerciseId": ids["canonical"], "organizationId": str(gym.id)}, sent)


@LAW
@given(sent=values_of(WORKOUT.type), moved=values_of(MOVEMENT.type), name=st.sampled_from(TEXTS))
async def test_a_workout_a_movement_and_a_program_that_were_read_can_be_written_back(
    api: Api, written_back: tuple[Organization, Json], sent: Json, moved: Json, name: str
) -> None:
    gym, ids = written_back
    await unchanged(api, gym.coach, PROGRAM, {"id": ids["program"]}, {"name": name})
    await unchanged(api, gym.coach, WORKOUT, {"id": ids["workout"]}, {**sent, "programId": ids["program"]})
    await unchanged(api, gym.coach, MOVEMENT, {"id": ids["movement"]}, moved)


MOVEMENTS: Any = CORE.type_map["MovementInput"]
trees = st.lists(
    st.tuples(values_of(TREE.type), st.sampled_from(SHAPES), st.lists(values_of(MOVEMENTS), max_size=2)), max_size=2
)


@LAW
@given(tree=trees)
async def test_a_tree_that_was_read_can_be_written_back(
    api: Api, written_back: tuple[Organization, Json], tree: list[Any]
) -> None:
    gym, ids = written_back
    sections = [
        {**values, "shape": shape, "config": config, "movements": [{**one, "exerciseId": ids["own"]} for one in moved]}
        for values, (shape, config), moved in tree
    ]
    await unchanged(api, gym.coach, TREE, {"workoutId": ids["tree"]}, sections)


@pytest.fixture(scope="module")
async def written_back(api: Api, world: World) -> tuple[Organization, Json]:
    """An organization, and the ids of what is written in it."""
    gym, admin = await world.organization(), await world.person(is_platform_admin=True)
    own = (await create_exercise(api, gym.coach, gym))["id"]
    made = await create_workout(api, gym, section(movement(own)))
    taxonomy = await api.run(
        "query ($id: ID!) { organization(id: $id) { taxonomy { categories { id } equipment { id } } } }",
        gym.coach,
        id=str(gym.id),
    )
    terms = [taxonomy["organization"]["taxonomy"][kind][0]["id"] for kind in ("categories", "equipment")]
    program = await api.run(
        f"mutation ($input: CreateProgramInput!) {{ createProgram(input: $input) {{ program {{ id }} {ERRORS} }} }}",
        gym.coach,
        input={"organizationId": str(gym.id), "name": "Plan"},
    )
    return gym, {
        "own": own,
        "canonical": (await create_exercise(api, admin))["id"],
        "workout": made["id"],
        "movement": made["sections"][0]["movements"][0]["id"],
        "tree": (await create_workout(api, gym))["id"],
        "program": program["createProgram"]["program"]["id"],
        "terms": terms,
    }
