"""The three operations, and the questions that they put at a given size."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

EXERCISE = """id name description athleteNotes category kind movementPattern primaryMuscles secondaryMuscles equipment
  aliases difficulty cues commonFaults videoUrl thumbnailUrl"""

TREE = f"""query Tree($id: ID!) {{ workout(id: $id) {{
  id title description scoring mode timeCap isSnapshot createdAt updatedAt author {{ id name }}
  sections {{
    id type title description sortOrder shape
    movements {{
      id sortOrder notes label supersetGroup
      prescription {{
        sets repsMin repsMax amrap durationSeconds distanceMeters calories
        load {{ value unit }} restSeconds tempo perSide notes
      }}
      exercise {{ {EXERCISE} }}
      comments {{ id body createdAt author {{ id name }} }}
    }}
  }}
}} }}"""

LIST = """query List($id: ID!, $first: Int!) { organization(id: $id) { workouts(first: $first) { nodes {
  id title sections { id movements { id exercise { id name videoUrl } } }
} } } }"""

LIBRARY = """query Library($id: ID!) { organization(id: $id) { exerciseLibrary(first: 100) { nodes {
  id exerciseId slug status isOrgCustom isCustomizedByOrg customizedFields isDiscontinued name description athleteNotes
  category kind movementPattern primaryMuscles secondaryMuscles equipment aliases difficulty discipline cues
  commonFaults scalingOptions videoUrl thumbnailUrl
} } } }"""


@dataclass(frozen=True)
class Question:
    """One operation with its variables, and the parameters that the floor takes for it."""

    name: str
    text: str
    variables: dict[str, Any]


@dataclass(frozen=True)
class Asker:
    """Who asks: a coach, their organization and its workouts."""

    user_id: UUID
    organization_id: UUID
    workouts: list[UUID]

    @classmethod
    async def find(cls, url: str) -> "Asker":
        """The coach of the first organization."""
        connection = await asyncpg.connect(url)
        try:
            organization = await connection.fetchval("SELECT id FROM organizations ORDER BY id LIMIT 1")
            mine = "organization_id = $1"
            coach = await connection.fetchval(
                f"SELECT user_id FROM memberships WHERE {mine} AND role = 'coach'", organization
            )
            rows = await connection.fetch(f"SELECT id FROM workouts WHERE {mine} ORDER BY id", organization)
        finally:
            await connection.close()
        return cls(coach, organization, [row["id"] for row in rows])

    def trees(self) -> list[Question]:
        """One tree of each of many workouts, so that none stays in a cache of its own."""
        return [Question("tree", TREE, {"id": str(id)}) for id in self.workouts[:200]]

    def lists(self, first: int = 20) -> list[Question]:
        """The newest workouts."""
        return [Question("list", LIST, {"id": str(self.organization_id), "first": first})]

    def libraries(self) -> list[Question]:
        """The first page of the library."""
        return [Question("library", LIBRARY, {"id": str(self.organization_id)})]
