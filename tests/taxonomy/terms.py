"""GraphQL documents about taxonomies and tags, and functions that send them."""

from typing import Any  # inputs and answers are JSON

from tests.conftest import Api, Organization, Person

Json = dict[str, Any]
ERRORS = "userErrors { code message field }"
TERM = "id kind name slug bodyArea organization { id } parent { id slug }"
TREE = f"{TERM} children {{ {TERM} children {{ {TERM} children {{ {TERM} }} }} }}"
TAXONOMY = f"{{ categories {{ {TREE} }} bodyRegions {{ {TERM} }} equipment {{ {TERM} }} }}"
OF_ORGANIZATION = f"query ($id: ID!) {{ organization(id: $id) {{ taxonomy {TAXONOMY} }} }}"
OF_QUERY = f"query ($id: ID) {{ taxonomy(organizationId: $id) {TAXONOMY} }}"
CREATE = (
    "mutation ($input: CreateTaxonomyTermInput!) "
    f"{{ createTaxonomyTerm(input: $input) {{ term {{ {TERM} }} {ERRORS} }} }}"
)
RENAME = (
    "mutation ($id: ID!, $name: String!) "
    f"{{ renameTaxonomyTerm(id: $id, name: $name) {{ term {{ {TERM} }} {ERRORS} }} }}"
)
DELETE = f"mutation ($id: ID!) {{ deleteTaxonomyTerm(id: $id) {{ deletedId {ERRORS} }} }}"
TAGS = "categories { id slug } bodyRegions { id slug } equipmentItems { id slug }"
TAG = (
    "mutation ($id: ID!, $termIds: [ID!]) { updateExercise(id: $id, input: {termIds: $termIds}) "
    f"{{ exercise {{ id updatedAt {TAGS} }} {ERRORS} }} }}"
)
READ = f"query ($id: ID!) {{ exercise(id: $id) {{ id updatedAt {TAGS} }} }}"
TABLES = {
    "CATEGORY": "exercise_categories",
    "BODY_REGION": "exercise_body_regions",
    "EQUIPMENT": "exercise_equipment",
}
KINDS = sorted(TABLES)


async def make(
    api: Api, person: Person, organization: Organization | None, kind: str, name: str, **values: Any
) -> Json:
    """A new term."""
    owner = {"organizationId": str(organization.id)} if organization else {}
    area = {"bodyArea": "Core"} if kind == "BODY_REGION" else {}
    made = await api.run(CREATE, person, input={**owner, **area, "kind": kind, "name": name, **values})
    term: Json = made["createTaxonomyTerm"]["term"]
    return term


async def tag(api: Api, person: Person, exercise_id: str, *ids: str) -> Json:
    """The exercise after it was tagged with these terms alone."""
    exercise: Json = (await api.run(TAG, person, id=exercise_id, termIds=list(ids)))["updateExercise"]["exercise"]
    return exercise


def tagged(exercise: Json) -> set[str]:
    """The ids of the terms that an exercise is tagged with."""
    return {term["id"] for name in ("categories", "bodyRegions", "equipmentItems") for term in exercise[name]}


def every(taxonomy: Json) -> list[Json]:
    """Every term that a taxonomy shows, children included."""
    found, pending = [], [*taxonomy["categories"], *taxonomy["bodyRegions"], *taxonomy["equipment"]]
    while pending:
        found.append(term := pending.pop(0))
        pending += term.get("children", [])
    return found
