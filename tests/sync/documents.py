"""A document that synchronizes an app, and apps that store what it answers."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias  # answers are JSON

from tests.conftest import Api, Person

Json: TypeAlias = dict[str, Any]

CHANGES = """query ($since: String, $first: Int) {
  viewer { changes(since: $since, first: $first) {
    cursor hasNextPage changes { kind type objectId changedAt node { id __typename
      ... on EffectiveExercise { exerciseId name cues isDiscontinued instructions { body } }
      ... on Enrollment {
        startsOn endedOn status updatedAt plan { id title status } version { id } pauses { from to }
        versions { from version { id } } moves(first: 100) { nodes { id toStatus reason } }
        substitutions { from to exercise { exerciseId } substitute { exerciseId } }
      }
      ... on PlanVersion {
        number title weeks
        sessions { id week day exercises { id sets reps durationSeconds exercise { exerciseId } } }
      }
      ... on Patient { timeZone language consentLevel conditions recordUpdatedAt: updatedAt organization { id } }
      ... on ExerciseLog { clientId performedOn setsCompleted painScore notes updatedAt enrollment { id } }
      ... on WorkoutAssignment {
        scheduledFor assigned: status isForked
        workout { id title sections { id title movements { id notes exercise { exerciseId } } } }
      }
      ... on AssignmentResult { performedOn notes reps updatedAt assignment { id } }
    } }
  } }
}"""
BRIEF = """query ($since: String, $first: Int) {
  viewer { changes(since: $since, first: $first) { cursor hasNextPage changes { kind type objectId node { id } } } }
}"""


@dataclass
class App:
    """An app of a person: the objects that it stores, by id, and its cursor."""

    api: Api
    person: Person
    objects: dict[str, Json] = field(default_factory=dict)
    cursor: str | None = None
    received: list[tuple[str, str, str]] = field(default_factory=list)
    """Kind, type and id of each change since this was emptied."""

    async def page(self, first: int | None = None) -> bool:
        """Apply a page. Returns whether there is a further one."""
        sent = {} if first is None else {"first": first}
        data = await self.api.run(CHANGES, self.person, since=self.cursor, **sent)
        page = data["viewer"]["changes"]
        for change in page["changes"]:
            self.received.append((change["kind"], change["type"], change["objectId"]))
            if change["kind"] == "TOMBSTONE":
                assert change["node"] is None
                self.objects.pop(change["objectId"], None)
            elif change["node"] is None:
                self.objects.pop(change["objectId"], None)
            else:
                assert (change["node"]["__typename"], change["node"]["id"]) == (change["type"], change["objectId"])
                self.objects[change["objectId"]] = change["node"]
        self.cursor = page["cursor"]
        has_next_page: bool = page["hasNextPage"]
        return has_next_page

    async def sync(self, first: int | None = None) -> list[tuple[str, str, str]]:
        """Apply all pages. Returns the kind, type and id of each change, sorted."""
        self.received.clear()
        while await self.page(first):
            pass
        return sorted(self.received)

    def of(self, type_name: str) -> list[Json]:
        """The objects of a type, by id."""
        return [each for _, each in sorted(self.objects.items()) if each["__typename"] == type_name]

    def shown(self) -> dict[str, Json]:
        """The objects, without exercises to which none of them refers."""
        referred = exercises_in([each for each in self.objects.values() if each["__typename"] != "EffectiveExercise"])
        return {
            id: each
            for id, each in self.objects.items()
            if each["__typename"] != "EffectiveExercise" or each["exerciseId"] in referred
        }


def exercises_in(value: Any) -> set[str]:
    """The ids of all exercises that are referred to."""
    if isinstance(value, list):
        return set().union(*map(exercises_in, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    own = {value[name]["exerciseId"] for name in ("exercise", "substitute") if name in value}
    return own | exercises_in(list(value.values()))
