"""Helpers of the tests of who sees which comments: a clinic with two athletes, and a document with everything."""

from dataclasses import dataclass
from uuid import UUID

from tests.assignment.snapshots import assigned
from tests.conftest import Api, Organization, Person, World
from tests.workout.documents import Json, Pool, comment, create, movement, section

THROUGH = """query ($id: ID!) { assignment(id: $id) { workout { id sections { movements { id comments {
  id body author { id name } attachments { id url } replies { id body parent { id } attachments { id } }
} } } } } }"""
ADD_THROUGH = """mutation ($input: AddCommentInput!) {
  addComment(input: $input) {
    comment { id body movement { id } parent { id } } userErrors { code message field }
  }
}"""


async def see_each_other(owner: Pool, organization: Organization, *, on: bool = True) -> None:
    """Set whether an organization's members see each other's comments."""
    await owner.execute("UPDATE organizations SET members_see_each_other = $2 WHERE id = $1", organization.id, on)


@dataclass
class Clinic:
    """A workout of one movement that two athletes have, each by an assignment of their own."""

    api: Api
    organization: Organization
    other: Person
    workout: str
    movement: str
    assignments: list[str]

    @property
    def coach(self) -> Person:
        """The coach."""
        return self.organization.coach

    @property
    def athlete(self) -> Person:
        """The athlete of the first assignment; `other` has the second."""
        return self.organization.member

    async def say(self, person: Person, body: str, parent: str | None = None) -> str:
        """The id of a new comment on the library workout."""
        return await comment(self.api, person, self.movement, body, parent)

    async def talk(self) -> dict[str, str]:
        """Threads of everybody, with replies of everybody whom they may be replied to by: ids by body."""
        said: dict[str, str] = {}
        for name, person in (("coach", self.coach), ("anna", self.athlete), ("ben", self.other)):
            said[name] = await self.say(person, name)
        for name, person, parent in (
            ("anna to coach", self.athlete, "coach"),
            ("ben to coach", self.other, "coach"),
            ("coach to coach", self.coach, "coach"),
            ("coach to anna", self.coach, "anna"),
            ("coach to ben", self.coach, "ben"),
        ):
            said[name] = await self.say(person, name, said[parent])
        return said

    async def seen(self, person: Person, assignment: int = 0) -> dict[str, list[str]]:
        """The bodies of the comments that a person sees through an assignment, with those of their replies."""
        data = await self.api.run(THROUGH, person, id=self.assignments[assignment])
        (row,) = data["assignment"]["workout"]["sections"][0]["movements"]
        return {top["body"]: [reply["body"] for reply in top["replies"]] for top in row["comments"]}


async def clinic_of(api: Api, world: World) -> Clinic:
    """A new clinic."""
    organization = await world.organization()
    other = await world.join(organization.id, "member")
    made = await create(api, organization, section(movement(await world.exercise_id("back-squat"))))
    ids = await assigned(api, organization.coach, made["id"], organization.member, other)
    row = made["sections"][0]["movements"][0]["id"]
    return Clinic(api, organization, other, made["id"], row, ids)


async def visible_rows(world: World, person: Person, organization: Organization) -> list[str]:
    """The bodies of an organization's comments that row-level security alone shows a person."""
    async with world.writing_as(person) as session:
        rows = await session.fetch(
            "SELECT body FROM exercise_comments WHERE organization_id = $1 ORDER BY id", UUID(str(organization.id))
        )
    return [row.body for row in rows]


def through(clinic: Clinic, body: str, assignment: int = 0, **values: str) -> Json:
    """The input of a comment through an assignment."""
    return {"movementId": clinic.movement, "body": body, "assignmentId": clinic.assignments[assignment], **values}
