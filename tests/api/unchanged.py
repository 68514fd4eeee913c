"""Helpers of the tests of answers that are not made again: documents, changes, and requests with tags."""

from dataclasses import dataclass
from typing import Any  # JSON of variables

import httpx
import orjson

from kinegraph.api.executor import PLANS
from tests.conftest import Api, Organization, Person

LIBRARY = """
query ($id: ID!) { organization(id: $id) { name exerciseLibrary(source: ORG, first: 20) {
  nodes { id name status } pageInfo { hasNextPage }
} } }
"""
TREE = """
query ($id: ID!) { organization(id: $id) { workouts(first: 5) { totalCount nodes {
  title author { name } program { name }
  sections { title movements { notes exercise { name } comments { body author { name } replies { body } } } }
} } } }
"""
ASSIGNMENTS = """
query ($id: ID!) {
  viewer { user { name } assignments { status athlete { name } } }
  organization(id: $id) {
    programs { name } assignments { nodes { status } } members { nodes { role user { name email } } }
  }
}
"""
DETAILS = """
query ($id: ID!) { organization(id: $id) { taxonomy { categories { name } equipment { name } bodyRegions { name } }
  exerciseLibrary(source: ORG, first: 20) { nodes {
    instructions { body } contraindications { condition } exercise { categories { name } }
} } } }
"""
FILES = """
query ($id: ID!) { organization(id: $id) { workouts(first: 5) { nodes { sections { movements {
  comments { body attachments { url } }
} } } } } }
"""
COVERED = {"library": LIBRARY, "tree": TREE, "assignments": ASSIGNMENTS, "details": DETAILS}
DOCUMENTS = [*COVERED.values(), FILES, "{ viewer { user { id name } memberships { role } } }"]

CHANGES = {
    "an exercise": ("library", "UPDATE exercises SET name = name || '!' WHERE id = '{exercise}'"),
    "the organization": ("library", "UPDATE organizations SET name = name || '!' WHERE id = '{organization}'"),
    "a workout": ("tree", "UPDATE workouts SET title = title || '!' WHERE id = '{workout}'"),
    "a section": ("tree", "UPDATE workout_sections SET title = 'New' WHERE id = '{section}'"),
    "a movement": ("tree", "UPDATE workout_movements SET notes = 'New' WHERE id = '{movement}'"),
    "a comment": ("tree", "UPDATE exercise_comments SET body = 'New' WHERE id = '{comment}'"),
    "a reply that is deleted": ("tree", "UPDATE exercise_comments SET deleted_at = now() WHERE id = '{reply}'"),
    "the name of an author": ("tree", "UPDATE users SET name = 'Ann' WHERE id = '{coach}'"),
    "a program": ("tree", "UPDATE programs SET name = 'New' WHERE id = '{program}'"),
    "an assignment": ("assignments", "UPDATE workout_assignments SET status = 'skipped' WHERE id = '{assignment}'"),
    "a member's role": ("assignments", "UPDATE memberships SET role = 'coach' WHERE user_id = '{owner}'"),
    "a new member": (
        "assignments",
        "INSERT INTO memberships (organization_id, user_id, role) VALUES ('{organization}', '{stranger}', 'coach')",
    ),
    "an instruction": ("details", "UPDATE exercise_instructions SET body = 'New' WHERE id = '{instruction}'"),
    "a row that is deleted": ("details", "DELETE FROM exercise_contraindications WHERE id = '{contraindication}'"),
    "a term": ("details", "UPDATE exercise_categories SET name = 'New' WHERE id = '{category}'"),
    "a canonical term": (
        "details",
        "UPDATE exercise_equipment SET name = name || '!' WHERE organization_id IS NULL",
    ),
}


@dataclass
class Gym:
    """An organization with a row in every table, and the ids of these rows."""

    organization: Organization
    ids: dict[str, str]


async def get(api: Api, person: Person, text: str, tag: str | None = None, **variables: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {person.token}"} | ({"if-none-match": tag} if tag else {})
    parameters = {"query": text, "variables": orjson.dumps(variables).decode()}
    return await api.client.get("/graphql", params=parameters, headers=headers)


async def prepared(api: Api, person: Person, text: str, **variables: Any) -> str:
    """The tag of an answer that has an entry."""
    first = await get(api, person, text, **variables)
    assert first.status_code == 200, first.text
    tag = first.headers["etag"]
    assert (await get(api, person, text, tag, **variables)).status_code == 304
    return tag


def executions() -> int:
    return sum(PLANS.counted.values())
