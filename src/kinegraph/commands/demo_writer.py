"""Writing a demo organization by its people's own mutations, so that it obeys every rule that users obey."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any  # JSON of the demo, and answers of the API
from uuid import UUID

from graphql import parse

from kinegraph.api.context import RequestContext
from kinegraph.api.documents import Document
from kinegraph.api.schema import schema
from kinegraph.commands.demo_plans import PlanWriter
from kinegraph.identity import store as identity
from kinegraph.kit.database import Database
from kinegraph.kit.sessions import WriteSession


class DemoWriter:
    """Writes one organization's demo, in an open transaction, as its people. `users`: their ids by e-mail."""

    def __init__(
        self, database: Database, session: WriteSession, organization_id: UUID, users: Mapping[str, UUID]
    ) -> None:
        self._database = database
        self._session = session
        self._organization_id = organization_id
        self._exercises: dict[str, str] = {}
        self._workouts: dict[str, str] = {}
        self._users = users

    async def write(self, script: Mapping[str, Any]) -> None:
        """Everything that the organization's people wrote."""
        await self._act_as(script["people"][0]["email"])
        rows = await self._session.fetch("SELECT id, slug FROM exercises WHERE organization_id IS NULL")
        self._exercises = {row.slug: str(row.id) for row in rows}
        head = script["people"][0]["email"]
        programs = {name: await self._add_program(head, name) for name in script["programs"]}
        for exercise in script["exercises"]:
            await self._add_exercise(exercise)
        for override in script["overrides"]:
            await self._override(override)
        for workout in script["workouts"]:
            await self._add_workout(workout, programs)
        for result in script.get("results", []):
            await self._add_result(result)
        if "plans" in script:
            plans = PlanWriter(self._run, self._organization_id, self._users, self._exercises)
            await plans.write(script["patients"], script["plans"])

    async def _act_as(self, email: str) -> None:
        self._session.viewer = await identity.authenticate_as(email=email)(self._session)

    async def _run(self, by: str, field: str, signature: str, selection: str, **variables: Any) -> Any:
        """Run one mutation as a person. Raises RuntimeError where it is refused: the script is wrong then."""
        await self._act_as(by)
        arguments = ", ".join(f"{name}: ${name}" for name in variables)
        text = f"mutation ({signature}) {{ {field}({arguments}) {{ {selection} userErrors {{ message field }} }} }}"
        context = _DemoContext(self._database, self._session, text)
        result = await schema.execute(text, variables, context)
        payload = (result.data or {}).get(field)
        if result.errors or payload is None or payload["userErrors"]:
            raise RuntimeError(f"demo.json, {field}: {result.errors or payload}")
        return payload

    async def _add_exercise(self, script: Mapping[str, Any]) -> None:
        given = {**script, "organizationId": str(self._organization_id)}
        by = given.pop("by")
        made = await self._run(by, "createExercise", "$input: CreateExerciseInput!", "exercise { id }", input=given)
        self._exercises[script["name"]] = made["exercise"]["id"]

    async def _add_program(self, by: str, name: str) -> str:
        given = {"organizationId": str(self._organization_id), "name": name}
        made = await self._run(by, "createProgram", "$input: CreateProgramInput!", "program { id }", input=given)
        return str(made["program"]["id"])

    async def _override(self, script: Mapping[str, Any]) -> None:
        await self._run(
            script["by"],
            "upsertExerciseOverride",
            "$exerciseId: ID!, $organizationId: ID!, $overrides: ExerciseOverrideInput!",
            "exercise { id }",
            exerciseId=self._exercises[script["exercise"]],
            organizationId=str(self._organization_id),
            overrides=script["overrides"],
        )

    async def _add_workout(self, script: Mapping[str, Any], programs: Mapping[str, str]) -> None:
        ours = ("by", "program", "assignTo", "sections")
        given = {key: value for key, value in script.items() if key not in ours}
        given["organizationId"] = str(self._organization_id)
        given["programId"] = programs[script["program"]] if script.get("program") else None
        given["sections"] = [self._section(section) for section in script.get("sections", [])]
        selection = "workout { id sections { movements { id } } }"
        made = await self._run(script["by"], "createWorkout", "$input: CreateWorkoutInput!", selection, input=given)
        workout = made["workout"]
        self._workouts[script["title"]] = workout["id"]
        if script.get("assignTo"):
            await self._assign(script["by"], workout["id"], script["assignTo"], script.get("inDays", 0))
        for section, written in zip(script.get("sections", []), workout["sections"], strict=True):
            for movement, stored in zip(section["movements"], written["movements"], strict=True):
                await self._comment(stored["id"], None, movement.get("comments", []))

    async def _add_result(self, script: Mapping[str, Any]) -> None:
        """Assign a workout for a day that is past, and record what the athlete did then."""
        workout_id, weeks = self._workouts[script["workout"]], script["weeksAgo"]
        (assignment_id,) = await self._assign(script["by"], workout_id, [script["athlete"]], -7 * weeks)
        numbers: dict[str, int] = {}
        sets = []
        for each in script["sets"]:
            numbers[each["exercise"]] = number = numbers.get(each["exercise"], 0) + 1
            done = {key: value for key, value in each.items() if key != "exercise"}
            sets.append({**done, "exerciseId": self._exercises[each["exercise"]], "number": number})
        given = {
            "assignmentId": assignment_id,
            "clientId": f"demo {weeks}",
            "score": {"weight": script["weight"]} if "weight" in script else None,
            "exertion": script["exertion"],
            "sets": sets,
        }
        signature = "$input: RecordAssignmentResultInput!"
        await self._run(script["athlete"], "recordAssignmentResult", signature, "result { id }", input=given)

    async def _assign(self, by: str, workout_id: str, emails: list[str], days: int) -> list[str]:
        given = {
            "workoutId": workout_id,
            "athleteIds": [str(self._users[email]) for email in emails],
            "scheduledFor": str(datetime.now(UTC).date() + timedelta(days)),
        }
        made = await self._run(by, "assignWorkout", "$input: AssignWorkoutInput!", "assignments { id }", input=given)
        return [each["id"] for each in made["assignments"]]

    def _section(self, script: Mapping[str, Any]) -> dict[str, Any]:
        return {**script, "movements": [self._movement(movement) for movement in script["movements"]]}

    def _movement(self, script: Mapping[str, Any]) -> dict[str, Any]:
        given = {key: value for key, value in script.items() if key not in ("exercise", "comments")}
        return {**given, "exerciseId": self._exercises[script["exercise"]]}

    async def _comment(self, movement_id: str, parent_id: str | None, comments: list[Mapping[str, Any]]) -> None:
        for comment in comments:
            given = {"movementId": movement_id, "parentCommentId": parent_id, "body": comment["body"]}
            made = await self._run(
                comment["by"], "addComment", "$input: AddCommentInput!", "comment { id }", input=given
            )
            await self._comment(movement_id, made["comment"]["id"], comment.get("replies", []))


class _DemoContext(RequestContext):
    """A context over a session that is open already, and that somebody else ends."""

    def __init__(self, database: Database, session: WriteSession, text: str) -> None:
        super().__init__(database, None, Document(parse(text)), writes=True)
        self._given = session

    async def session(self) -> WriteSession:
        """The session that is open."""
        return self._given
