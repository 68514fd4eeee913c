"""A database whose only exercises are those of a generated library, and queries of its lists and facets."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any  # inputs and answers are JSON

from kinegraph.exercise.rules_columns import REGISTRY
from kinegraph.exercise.rules_details import condition_key
from tests.catalog.model import OWN, PARENTS, TERMS, Exercise, Json, Pool, matches, ordered, time_at
from tests.conftest import Api, Organization, Person, World

COUNTS = "{ value count }"
TERM_COUNTS = "{ term { id } count }"
VALUES = ("category", "kind", "movementPattern", "difficulty", "status")
LISTS = ("primaryMuscles", "secondaryMuscles", "muscles", "equipment", "discipline")
TERM_FACETS = {
    "categories": ("stretching", "static-stretching", "strengthening", "ours", "ours-below"),
    "bodyRegions": ("knee", "hip"),
    "equipmentItems": ("yoga-mat",),
}
OWN_FILTERS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in (*VALUES, *LISTS)},
    "difficulty": ("difficulty", "difficultyMin", "difficultyMax", "difficultyIn"),
    "equipment": ("requiresEquipment", "availableEquipment", "excludeEquipment"),
    "categories": ("categoryId",),
    "bodyRegions": ("bodyRegionId",),
    "equipmentItems": ("equipmentId",),
}
"""Each facet's own filters, without which it is counted."""

FACETS = f"""facets {{ {" ".join(f"{name} {COUNTS}" for name in (*VALUES, *LISTS))}
  {" ".join(f"{name} {TERM_COUNTS}" for name in TERM_FACETS)} }}"""
PAGE = f"totalCount nodes {{ %s }} pageInfo {{ hasNextPage endCursor }} {FACETS}"
PARAMETERS = "$filter: ExerciseFilter, $sort: ExerciseSort! = NAME_ASC, $first: Int, $after: String"
ARGUMENTS = "filter: $filter, sort: $sort, first: $first, after: $after"
LIBRARY = f"""query ($id: ID!, $source: LibrarySource! = ALL, {PARAMETERS}) {{
  organization(id: $id) {{ exerciseLibrary(source: $source, {ARGUMENTS}) {{ {PAGE % "exerciseId"} }} }}
}}"""
CANONICAL = f"query ({PARAMETERS}) {{ exercises({ARGUMENTS}) {{ {PAGE % 'exerciseId: id'} }} }}"

COLUMNS = {column.api_name: column.name for column in REGISTRY if column.api_name in OWN}


@dataclass
class StoredLibrary:
    """An organization whose library can be replaced by a generated one."""

    api: Api
    owner: Pool
    gym: Organization
    admin: Person
    ids: dict[str, Any] = field(default_factory=dict)
    """Terms by slug, and the table that each is in."""

    async def replace(self, library: list[Exercise]) -> None:
        """Store this library, and no other exercise."""
        await self.owner.execute("DELETE FROM exercises")
        for exercise in library:
            await self._store(exercise)

    async def _store(self, exercise: Exercise) -> None:
        whose = self.gym.id if exercise.is_own else None
        values = {column: exercise.values[name] for name, column in COLUMNS.items()}
        values |= {"id": exercise.id, "organization_id": whose}
        values |= {"created_at": time_at(exercise.values["created"]), "updated_at": time_at(exercise.values["updated"])}
        values |= {"forked_from_id": exercise.source.id if exercise.source else None}
        values |= {"deleted_at": time_at(9) if exercise.is_deleted else None}
        await self._insert("exercises", **values)
        scope = {"exercise_id": exercise.id, "organization_id": whose}
        for slug in exercise.terms:
            kind, id, is_ours = self.ids[slug]
            whose_term = self.gym.id if is_ours else None
            await self._insert("exercise_tags", **scope, kind=kind, term_id=id, term_organization_id=whose_term)
        for position, (condition, severity) in enumerate(exercise.contraindications):
            key = condition_key(condition)
            columns = {"condition": condition, "condition_key": key, "severity": severity, "sort_order": position}
            await self._insert("exercise_contraindications", **scope, **columns)
        if exercise.fatigue is not None:
            await self._insert("exercise_programming_profiles", **scope, fatigue_score=exercise.fatigue)
        if exercise.avoid is not None:
            await self._insert("exercise_safety_constraints", **scope, avoid_if=list(exercise.avoid))
        if exercise.overrides:
            whole = {
                "organization_id": self.gym.id,
                "exercise_id": exercise.id,
                "overrides": json.dumps(exercise.overrides),
            }
            await self._insert("exercise_org_overrides", **whole)

    async def _insert(self, table: str, **values: Any) -> None:
        placeholders = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        await self.owner.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({placeholders})", *values.values())

    def sent(self, filter: Json) -> Json:
        """The filter with ids instead of terms' slugs."""
        return {
            name: str(self.ids[value][1]) if name.endswith("Id") and value else value for name, value in filter.items()
        }

    async def page(self, person: Person | None = None, filter: Json | None = None, **arguments: Any) -> Json:
        """A page of the library; with `canonical`, of the canonical list."""
        text = CANONICAL if arguments.pop("canonical", False) else LIBRARY
        variables = {**({} if text == CANONICAL else {"id": str(self.gym.id)}), **arguments}
        data = await self.api.run(text, person or self.gym.coach, filter=self.sent(filter or {}), **variables)
        found: Json = data["exercises"] if text == CANONICAL else data["organization"]["exerciseLibrary"]
        return found

    async def walk(self, size: int, **arguments: Any) -> list[str]:
        """The ids of a whole list, read page by page."""
        found: list[str] = []
        after = None
        while True:
            page = await self.page(first=size, after=after, **arguments)
            found += ids(page)
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return found

    def facets(self, listed: Callable[[Json], list[tuple[Exercise, Json]]], filter: Json) -> dict[str, dict[str, int]]:
        """For each facet, the number of exercises by value that `listed` finds without the facet's own filters."""
        counts: dict[str, dict[str, int]] = {name: {} for name in OWN_FILTERS}
        for facet, filters in OWN_FILTERS.items():
            others = {name: wanted for name, wanted in filter.items() if name not in filters}
            every = {"status": ["DRAFT", "PUBLISHED", "ARCHIVED"]} if facet == "status" else {}
            for exercise, seen in listed({**others, **every}):
                for value in self._values(facet, exercise, seen):
                    counts[facet][value] = counts[facet].get(value, 0) + 1
        return counts

    def _values(self, facet: str, exercise: Exercise, seen: Json) -> set[str]:
        """The values of one facet that an exercise has."""
        if facet in VALUES:
            return {str(seen[facet]).upper()} if seen[facet] is not None else set()
        if facet == "muscles":
            return {*seen["primaryMuscles"], *seen["secondaryMuscles"]}
        if facet in LISTS:
            return {*seen[facet]}
        terms = {*exercise.terms, *(PARENTS[slug] for slug in exercise.terms if slug in PARENTS)}
        return {str(self.ids[slug][1]) for slug in terms if slug in TERM_FACETS[facet]}


def ids(page: Json) -> list[str]:
    """The exercises on a page."""
    return [node["exerciseId"] for node in page["nodes"]]


def counted(page: Json) -> dict[str, dict[str, int]]:
    """A page's facets as plain counts."""
    return {
        name: {each["value"] if "value" in each else each["term"]["id"]: each["count"] for each in counts}
        for name, counts in page["facets"].items()
    }


def library_of(library: list[Exercise], filter: Json, source: str, *, coached: bool) -> list[tuple[Exercise, Json]]:
    """The oracle of `exerciseLibrary`: the exercises that it lists, with the values that it shows."""
    found = []
    for exercise in library:
        customized = any(value is not None for value in exercise.overrides.values())
        in_source = {"ALL": True, "ORG": exercise.is_own, "CANONICAL": not exercise.is_own, "CUSTOMIZED": customized}
        status = exercise.values["status"]
        if exercise.is_own and coached:
            shown = status != "archived" or bool(filter.get("status"))
        else:
            shown = status == "published"
        seen = exercise.effective
        if in_source[source] and shown and not exercise.is_deleted and matches(exercise, seen, filter):
            found.append((exercise, seen))
    return found


def canonical_of(library: list[Exercise], filter: Json, *, admin: bool) -> list[tuple[Exercise, Json]]:
    """The oracle of `exercises`: the canonical exercises that it lists, with their stored values."""
    has_status = admin and bool(filter.get("status"))
    return [
        (exercise, exercise.values)
        for exercise in library
        if not exercise.is_own and not exercise.is_deleted and (has_status or exercise.values["status"] == "published")
        if matches(exercise, exercise.values, filter)
    ]


async def stored_library(api: Api, world: World, owner: Pool) -> StoredLibrary:
    """A new organization with an empty library, and the terms that libraries are tagged with."""
    gym, admin = await world.organization(), await world.person(is_platform_admin=True)
    stored = StoredLibrary(api, owner, gym, admin)
    tables = {"category": "exercise_categories", "body_region": "exercise_body_regions"}
    tables["equipment"] = "exercise_equipment"
    for kind, table in tables.items():
        for row in await owner.fetch(f"SELECT slug, id FROM {table} WHERE slug = ANY ($1)", list(TERMS)):
            stored.ids[row.slug] = kind, row.id, False
    for slug, parent in (("ours", None), ("ours-below", stored.ids["stretching"][1])):
        id = await owner.fetchval(
            "INSERT INTO exercise_categories (organization_id, name, identity, slug, parent_id) "
            "VALUES ($1, $2, $4, $2, $3) RETURNING id",
            gym.id,
            slug,
            parent,
            slug,
        )
        stored.ids[slug] = "category", id, True
    return stored


__all__ = ["StoredLibrary", "canonical_of", "counted", "ids", "library_of", "ordered", "stored_library"]
