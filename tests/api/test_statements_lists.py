"""A document costs the same number of statements for one row as for many, whichever edges of the schema it follows."""

from typing import Any  # JSON of responses

import asyncpg
import pytest

from kinegraph.kit.rows import Row
from tests.api.documents import CREATE_WORKOUT
from tests.api.nesting import PAGE, nest, ours
from tests.api.sizes import Size, grow
from tests.conftest import Api, Counter, Person, World
from tests.rooms import merged

EXERCISE = (
    "id name aliases video { url } organization { name } forkedFrom { name organization { id } forkedFrom { id } }"
)
EFFECTIVE = (
    "id name customizedFields updatedAt video { status myVote } organization { name } "
    "exercise { id organization { name } forkedFrom { id } }"
)
COMMENT = (
    "body author { name email } attachments { kind url thumbnailUrl } "
    "movement { id exercise { name } } parent { body author { name } }"
)
ASSIGNMENT = (
    "id status organization { name } athlete { name email } assignedBy { name email } "
    "workout { title sections { title } } libraryWorkout { title }"
)
WORKOUT = (
    "title author { name email } organization { name } program { name organization { name } } forkedFrom { title }"
)
RESULT = (
    "athlete { name email } recordedBy { name email } submissions { recordedBy { name email } } "
    "weight { value } sets { id load { kilograms } movement { id } exercise { name } result { id } "
    "target { load { value } } } assignment { id }"
)
TERM = "name organization { name } parent { name parent { id } } children { name children { id } }"
TAXONOMY = f"categories {{ {TERM} }} bodyRegions {{ {TERM} }} equipment {{ {TERM} }}"
OVERRIDES = "overrides { field updatedBy { id } }"
ATHLETES = "instructions { body imageUrl } contraindications { condition }"
FILM = "video { myVote } videoCandidates { id }"
DETAILS = f"{ATHLETES} categories {{ {TERM} }} bodyRegions {{ {TERM} }} equipmentItems {{ {TERM} }}"
SAFETY = "safety { avoidIf modifications { condition } riskScores { score } }"
LAYERS = f"programming {{ fatigueScore repRange(goal: STRENGTH) {{ min }} prescription {{ max }} }} {SAFETY}"
ASSESSED = 'safetyFor(conditions: ["knee_pain"]) { riskScore warnings { condition } }'
OWN_ASSESSED = 'safetyFor(conditions: ["pregnancy", "condition"]) { riskScore warnings { condition } }'
GRAPH = "progressions { type from { id } to { id } } progressionChain(depth: 4) { id }"
COUNT = "{ value count }"
FACETS = f"""facets {{
  category {COUNT} kind {COUNT} movementPattern {COUNT} difficulty {COUNT} status {COUNT} primaryMuscles {COUNT}
  secondaryMuscles {COUNT} muscles {COUNT} equipment {COUNT} discipline {COUNT}
  categories {{ count term {{ {TERM} }} }} bodyRegions {{ count term {{ id }} }} equipmentItems {{ term {{ id }} }}
}}"""
WORKOUTS = ("workouts(first: 100)", "nodes")
MOVEMENTS = (*WORKOUTS, "sections", "movements")


DOCUMENTS: dict[str, str] = {
    "memberships": nest("", "viewer", "user { id } memberships", "role user { id email } organization", "id name"),
    "members": ours("members(first: 100)", f"{PAGE} nodes {{ role user {{ id name email }} organization {{ id }} }}"),
    "members of organizations of members": ours(
        "members", "edges", "cursor node", "user { id } organization", "members", "totalCount nodes", "user", "email"),
    "programs": ours("programs", "id name organization", "id name programs", "name"),
    "workouts of programs": ours(
        "programs", "workouts(first: 100)", f"{PAGE} nodes {{ id }} edges", "cursor node", WORKOUT),
    "workouts": ours("workouts(first: 100)", f"{PAGE} nodes {{ {WORKOUT} }} edges", "node", "id"),
    "workouts like workouts": ours(*WORKOUTS, "title similar(limit: 3)", f"{WORKOUT} similar", "id"),
    "sections": ours(*WORKOUTS, "sections", "id config", "rounds repScheme"),
    "movements": ours(*MOVEMENTS, "id prescription", "sets load", "value"),
    "exercises of movements": ours(*MOVEMENTS, "exercise", EFFECTIVE),
    "stored exercises of movements": ours(*MOVEMENTS, "exercise", "exercise", EXERCISE),
    "views of exercises": ours(*MOVEMENTS, "exercise", "watchStatistics", "views completion", "percent"),
    "comments": ours(*MOVEMENTS, "comments", f"{COMMENT} replies", f"{COMMENT} replies", "id"),
    "comments of movements of comments": ours(
        *MOVEMENTS, "comments", "movement { comments { parent { id } } } replies",
        "parent { replies { id parent { id } } } movement", "comments", "body"),
    "library": ours("exerciseLibrary(first: 100)", f"{PAGE} nodes {{ {EFFECTIVE} }} edges", "node", "id"),
    "library of its own": ours(
        "exerciseLibrary(source: ORG)", f"{PAGE} nodes", "organization { id } exercise", EXERCISE),
    "customized library": ours("exerciseLibrary(source: CUSTOMIZED)", f"{PAGE} nodes", EFFECTIVE),
    "libraries of libraries": ours(
        "exerciseLibrary(source: ORG)", "nodes", "organization", "exerciseLibrary(source: ORG)", "nodes", "id"),
    "everything beside each other": ours(
        "members { nodes { user { id } } } programs { workouts { nodes { title } } } "
        f"exerciseLibrary(source: ORG) {{ {PAGE} nodes {{ {EFFECTIVE} }} }} workouts", f"{PAGE} nodes",
        f"{WORKOUT} sections", "movements", f"exercise {{ {EFFECTIVE} }} comments", f"{COMMENT} replies", COMMENT),
    "links back from movements": ours(
        *MOVEMENTS, "id section", "title workout", "title sections", "workout", "assignment { id } assignments",
        f"{PAGE} nodes {{ workout {{ assignment {{ id }} }} }} edges", "node", "libraryWorkout", "title"),
    "links of comments": ours(*MOVEMENTS, "comments", "movement", "section", "workout", "title"),
    "assignments": ours("assignments(first: 100)", f"{PAGE} nodes {{ {ASSIGNMENT} }} edges", "node", "id"),
    "assignments of the viewer": nest(
        "", "viewer", f"assignments {{ {ASSIGNMENT} }} memberships", "organization", "assignments", "nodes", "id"),
    "results of assignments": ours("assignments(first: 100)", "nodes", "result", RESULT),
    "taxonomies": ours("taxonomy", TAXONOMY),
    "child rows of exercises of the library": ours(
        "exerciseLibrary(first: 80)", "nodes", f"{ATHLETES} {OVERRIDES} exercise", DETAILS),
    "child rows of exercises of movements": ours(*MOVEMENTS, "exercise", f"{ATHLETES} {OVERRIDES} exercise", DETAILS),
    "training layers of the library": ours(
        "exerciseLibrary(source: ORG)", "nodes",
        f"safetyRestrictions {{ condition exercise {{ name }} }} {LAYERS} {OWN_ASSESSED} exercise",
        f"{LAYERS} {ASSESSED} {GRAPH}"),
    "exercises in the order of their risk": ours(
        'safeExercises(conditions: ["knee_pain"], first: 10)', "assessment { riskScore } exercise", "name"),
    "training layers of movements": ours(
        *MOVEMENTS, f"exercise {{ {LAYERS} {OWN_ASSESSED} exercise {{ {LAYERS} {ASSESSED} {GRAPH} }} }}"),
    "training layers of canonical exercises": nest("", "exercises(first: %d)", "nodes", f"{LAYERS} {ASSESSED} {GRAPH}"),
    "child rows of sources": ours(
        "exerciseLibrary(source: ORG)", "nodes", "exercise", "forkedFrom", f"{DETAILS} forkedFrom", DETAILS),
    "facets of libraries": ours("exerciseLibrary(first: 1)", f"{PAGE} {FACETS}"),
    "facets of filtered libraries": ours(
        "exerciseLibrary(source: ORG, filter: {q: \"Fork\"})", f"{FACETS} nodes", EFFECTIVE),
    "facets beside canonical exercises": nest("", "exercises(first: %d)", f"{FACETS} nodes", DETAILS),
    "conditions": nest(
        "", "contraindicationConditions { key parentKey } exercises(first: %d)", "nodes", "contraindications", "id"),
    "vocabularies of layers": nest(
        "", "exerciseClasses { key goals } classModifiers { key } stressors { key } muscles { key synonyms } viewer",
        "memberships", "organization", "name"),
    "the global taxonomy": nest("", f"taxonomy {{ {TAXONOMY} }} viewer", "memberships", "organization", "name"),
    "searches": nest(
        "", "searchExercises(q: \"squat\", limit: %d)",
        "highlights { text ranges { start } } exercise", f"{EFFECTIVE} exercise", DETAILS),
    "suggestions": nest(
        "", "suggestExercises(prefix: \"s\", limit: %d)", f"highlights {{ start }} exercise {{ {EFFECTIVE} }} text"),
    "canonical exercises": nest(
        "", "exercises(first: %d)", f"{PAGE} nodes {{ {EXERCISE} {FILM} }} edges", "node", "id"),
    **merged("documents"),
}  # fmt: skip


@pytest.fixture(scope="module")
async def sizes(api: Api, world: World, owner: "asyncpg.Pool[Row]") -> list[Size]:
    return [await grow(api, world, owner, organizations, rows) for organizations, rows in ((1, 1), (1, 3), (3, 2))]


async def cost(counter: Counter, person: Person, text: str, **variables: Any) -> tuple[int, Any]:
    """The number of statements for the document, and its data."""
    with counter.counting() as seen:
        data = await counter.api.run(text, person, **variables)
    return len(seen), data


def objects(value: Any) -> int:
    """Number of objects in an answer."""
    if isinstance(value, list):
        return sum(objects(entry) for entry in value)
    return 1 + sum(objects(entry) for entry in value.values()) if isinstance(value, dict) else 0


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_document_takes_as_many_statements_for_many_rows_and_organizations_as_for_one(
    counter: Counter, sizes: list[Size], name: str
) -> None:
    for people in ("coach", "member"):
        costs, seen = [], []
        for size in sizes:
            text = DOCUMENTS[name].replace("%d", str(size.exercises * 25))
            statements, data = await cost(counter, getattr(size, people), text)
            costs.append(statements)
            seen.append(objects(data))
        assert seen[0] < max(seen[1:]), "more rows were to be read"
        assert len(set(costs)) == 1, (people, costs)


async def test_the_same_field_of_several_organizations_takes_the_statements_of_one(
    counter: Counter, sizes: list[Size]
) -> None:
    many = sizes[2]
    inner = f"""members {{ {PAGE} nodes {{ user {{ id }} }} }} programs {{ name workouts {{ {PAGE} nodes {{ id }} }} }}
        workouts {{ {PAGE} nodes {{ {WORKOUT} sections {{ movements {{ id comments {{ body }} }} }} }} }}
        exerciseLibrary(source: CUSTOMIZED) {{ {PAGE} {FACETS} nodes {{ {EFFECTIVE} {ATHLETES} }} }}
        taxonomy {{ {TAXONOMY} }}"""
    one = f'{{ o: organization(id: "{many.organizations[0].id}") {{ {inner} }} }}'
    each = [f'o{n}: organization(id: "{o.id}") {{ {inner} }}' for n, o in enumerate(many.organizations * 8)]
    assert (await cost(counter, many.coach, f"{{ {' '.join(each)} }}"))[0] == (await cost(counter, many.coach, one))[0]


@pytest.mark.parametrize("name", ["members", "workouts", "assignments", "enrollments", "worklist"])
async def test_the_number_of_a_lists_rows_is_counted_without_reading_a_page(
    counter: Counter, sizes: list[Size], name: str
) -> None:
    size = sizes[1]
    id = size.organizations[0].id
    costs, counts = [], set()
    for selected in ("totalCount", "totalCount nodes { __typename }"):
        taken, data = await cost(counter, size.coach, f'{{ organization(id: "{id}") {{ {name} {{ {selected} }} }} }}')
        costs.append(taken)
        counts.add(data["organization"][name]["totalCount"])
    assert len(counts) == 1 and costs[0] < costs[1]


async def test_several_root_fields_of_one_kind_take_the_statements_of_one(
    counter: Counter, sizes: list[Size], owner: "asyncpg.Pool[Row]"
) -> None:
    size = sizes[1]
    own = size.organizations[0].id
    for table, field in (
        ("workouts", 'workout(id: "%s") { title sections { movements { id } } }'),
        ("exercises", 'exercise(id: "%s") { name forkedFrom { name } organization { id } }'),
        ("exercises", f'exercise(id: "%s") {{ {DETAILS} forkedFrom {{ {DETAILS} }} }}'),
        ("exercises", f'effectiveExercise(id: "%s", organizationId: "{own}") {{ name exercise {{ id }} }}'),
    ):
        rows = await owner.fetch(f"SELECT id FROM {table} WHERE organization_id = $1", own)
        fields = [f"f{n}: {field % row.id}" for n, row in enumerate([*rows] * 5)]
        assert len(rows) >= 3
        one, data = await cost(counter, size.coach, f"{{ {fields[0]} }}")
        all_of_them, _ = await cost(counter, size.coach, f"{{ {' '.join(fields)} }}")
        assert data["f0"] and all_of_them == one, field


async def test_a_workout_of_many_movements_takes_as_many_statements_as_one_of_one(
    counter: Counter, world: World, sizes: list[Size]
) -> None:
    organization = sizes[0].organizations[0]
    movement = {"exerciseId": await world.exercise_id("back-squat")}
    replace = """mutation ($id: ID!, $sections: [SectionInput!]!) {
      setWorkoutSections(workoutId: $id, sections: $sections) {
        workout { sections { movements { id exercise { name } } } } userErrors { message }
      }
    }"""
    costs = []
    for sections, movements in ((1, 1), (10, 40)):
        tree = [{"movements": [movement] * movements}] * sections
        input = {"organizationId": str(organization.id), "sections": tree}
        created, data = await cost(counter, organization.coach, CREATE_WORKOUT, input=input)
        workout = data["createWorkout"]["workout"]["id"]
        replaced, _ = await cost(counter, organization.coach, replace, id=workout, sections=tree)
        emptied, _ = await cost(counter, organization.coach, replace, id=workout, sections=[])
        costs.append((created, replaced, emptied))
    assert costs[0] == costs[1]
