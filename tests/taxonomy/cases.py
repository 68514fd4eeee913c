"""The requests of `documents` for taxonomies, tags, child rows of exercises, and clones."""

from typing import Any  # Any: variables are JSON

from tests.identity.documents import ERRORS, Case

TERM = "id name slug organization { id } parent { id } children { id name }"
DETAILS = f"""
  id name organization {{ id }} forkedFrom {{ id }}
  instructions {{ id body imageUrl imageKey }} contraindications {{ id condition }}
  categories {{ {TERM} }} bodyRegions {{ {TERM} }} equipmentItems {{ {TERM} }}
"""
TAXONOMY = f"categories {{ {TERM} }} bodyRegions {{ {TERM} }} equipment {{ {TERM} }}"
FACETS = "facets { categories { term { id name } count } bodyRegions { count } equipmentItems { count } }"


def _mutation(signature: str, call: str, selection: str) -> str:
    return f"mutation ({signature}) {{ {call} {{ {selection} {ERRORS} }} }}"


_CLONE = _mutation(
    "$id: ID!, $organizationId: ID!",
    "cloneExercise(id: $id, organizationId: $organizationId)",
    f"exercise {{ {DETAILS} }}",
)
_CREATE = _mutation("$input: CreateExerciseInput!", "createExercise(input: $input)", f"exercise {{ {DETAILS} }}")
_UPDATE = _mutation("$input: UpdateExerciseInput!", "updateExercise(input: $input)", f"exercise {{ {DETAILS} }}")
_CREATE_TERM = _mutation("$input: CreateTaxonomyTermInput!", "createTaxonomyTerm(input: $input)", f"term {{ {TERM} }}")
_RENAME = _mutation("$id: ID!", 'renameTaxonomyTerm(id: $id, name: "X")', f"term {{ {TERM} }}")
_VOTE = _mutation("$id: ID!", "voteExerciseVideo(exerciseId: $id, vote: UP)", f"exercise {{ {DETAILS} }}")
_SUGGEST = _mutation(
    "$id: ID!", 'suggestExerciseVideo(exerciseId: $id, url: "https://x.example/v")', f"exercise {{ {DETAILS} }}"
)
_DECIDE = _mutation(
    "$id: ID!, $candidate: ID!",
    "decideExerciseVideo(exerciseId: $id, candidateId: $candidate, accept: true)",
    f"exercise {{ {DETAILS} }}",
)
_STATUS = _mutation(
    "$id: ID!", "setExerciseVideoStatus(exerciseId: $id, status: VERIFIED)", f"exercise {{ {DETAILS} }}"
)
_LOCK = _mutation("$id: ID!", "lockExerciseVideo(exerciseId: $id, locked: true)", f"exercise {{ {DETAILS} }}")
_OVERRIDE = _mutation(
    "$id: ID!, $organizationId: ID!, $overrides: ExerciseOverrideInput!",
    "upsertExerciseOverride(exerciseId: $id, organizationId: $organizationId, overrides: $overrides)",
    "exercise { id videoUrl }",
)
_DELETE = _mutation("$id: ID!", "deleteTaxonomyTerm(id: $id)", "deletedId")
_SEARCH = """query ($id: ID, $filter: ExerciseFilter) {
  searchExercises(q: "squat", organizationId: $id, filter: $filter) { exercise { id name } }
}"""
_LIST = f"""query ($filter: ExerciseFilter) {{
  exercises(filter: $filter) {{ totalCount nodes {{ id }} {FACETS} }}
}}"""
_LIBRARY = f"""query ($id: ID!, $filter: ExerciseFilter) {{
  organization(id: $id) {{ exerciseLibrary(filter: $filter) {{ totalCount nodes {{ id }} {FACETS} }} }}
}}"""


def _filter(**term: str) -> dict[str, Any]:
    return {"filter": term}


def _category(**values: str) -> dict[str, Any]:
    return {"input": {"kind": "CATEGORY", "name": "X", **values}}


CASES = {
    "taxonomy": Case(
        f"query ($id: ID) {{ taxonomy(organizationId: $id) {{ {TAXONOMY} }} }}", {"id": "theirs.organization"}
    ),
    "taxonomy of the organization": Case(
        f"query ($id: ID!) {{ organization(id: $id) {{ taxonomy {{ {TAXONOMY} }} }} }}", {"id": "theirs.organization"}
    ),
    "exercise with its details": Case(
        f"query ($id: ID!) {{ exercise(id: $id) {{ {DETAILS} }} }}", {"id": "theirs.exercise"}
    ),
    "suggestExercises, theirs": Case(
        'query ($id: ID) { suggestExercises(prefix: "s", organizationId: $id) { text exercise { id name } } }',
        {"id": "theirs.organization"},
    ),
    "searchExercises, theirs": Case(_SEARCH, {"id": "theirs.organization"}),
    "searchExercises of a category": Case(_SEARCH, {"id": None, **_filter(categoryId="theirs.category")}),
    "searchExercises of a body region": Case(_SEARCH, {"id": None, **_filter(bodyRegionId="theirs.region")}),
    "searchExercises of an equipment": Case(_SEARCH, {"id": None, **_filter(equipmentId="theirs.equipment")}),
    "exercises of a category": Case(_LIST, _filter(categoryId="theirs.category")),
    "exercises of a body region": Case(_LIST, _filter(bodyRegionId="theirs.region")),
    "exercises of an equipment": Case(_LIST, _filter(equipmentId="theirs.equipment")),
    "library of a category": Case(_LIBRARY, {"id": "mine.organization", **_filter(categoryId="theirs.category")}),
    "library, theirs": Case(_LIBRARY, {"id": "theirs.organization", **_filter(categoryId="theirs.category")}),
    "cloneExercise, theirs here": Case(_CLONE, {"id": "theirs.exercise", "organizationId": "mine.organization"}),
    "cloneExercise, their draft here": Case(_CLONE, {"id": "theirs.draft", "organizationId": "mine.organization"}),
    "cloneExercise, theirs there": Case(_CLONE, {"id": "theirs.exercise", "organizationId": "theirs.organization"}),
    "cloneExercise, canonical there": Case(_CLONE, {"id": "mine.canonical", "organizationId": "theirs.organization"}),
    "createExercise, their term": Case(
        _CREATE, {"input": {"name": "X", "organizationId": "mine.organization", "termIds": ["theirs.category"]}}
    ),
    "updateExercise, their term": Case(_UPDATE, {"input": {"id": "mine.exercise", "termIds": ["theirs.region"]}}),
    "updateExercise, their instructions": Case(_UPDATE, {"input": {"id": "theirs.exercise", "instructions": []}}),
    "updateExercise, their upload": Case(
        _UPDATE,
        {
            "input": {
                "id": "mine.exercise",
                "instructions": [{"type": "STEP", "body": "X", "imageKey": "theirs.upload"}],
            },
        },
    ),
    "updateExercise, their files": Case(
        _UPDATE,
        {
            "input": {"id": "mine.exercise", "videoUploadId": "theirs.upload", "thumbnailUploadId": "theirs.upload"},
        },
    ),
    "upsertExerciseOverride, their files": Case(
        _OVERRIDE,
        {
            "id": "mine.canonical",
            "organizationId": "mine.organization",
            "overrides": {"videoUploadId": "theirs.upload", "thumbnailUploadId": "theirs.upload"},
        },
    ),
    "voteExerciseVideo": Case(_VOTE, {"id": "theirs.exercise"}),
    "suggestExerciseVideo": Case(_SUGGEST, {"id": "theirs.exercise"}),
    "decideExerciseVideo": Case(_DECIDE, {"id": "theirs.exercise", "candidate": "theirs.exercise"}),
    "setExerciseVideoStatus": Case(_STATUS, {"id": "theirs.exercise"}),
    "lockExerciseVideo": Case(_LOCK, {"id": "theirs.draft"}),
    "createTaxonomyTerm": Case(_CREATE_TERM, _category(organizationId="theirs.organization")),
    "createTaxonomyTerm, their parent": Case(
        _CREATE_TERM, _category(organizationId="mine.organization", parentId="theirs.category")
    ),
    "createTaxonomyTerm, both": Case(
        _CREATE_TERM, _category(organizationId="theirs.organization", parentId="theirs.category")
    ),
    "renameTaxonomyTerm": Case(_RENAME, {"id": "theirs.category"}),
    "renameTaxonomyTerm, equipment": Case(_RENAME, {"id": "theirs.equipment"}),
    "deleteTaxonomyTerm": Case(_DELETE, {"id": "theirs.subcategory"}),
    "deleteTaxonomyTerm, a region": Case(_DELETE, {"id": "theirs.region"}),
}
