"""Writing the treatment plans of a demo organization: their versions, their patients, and what these logged.

Days count from today by the patient's calendar, so that the demo looks the same on every day on which it is made.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any  # JSON of the demo, and answers of the API
from uuid import UUID
from zoneinfo import ZoneInfo

Script = Mapping[str, Any]
Run = Callable[..., Awaitable[Any]]
"""Runs a mutation: by whom, field, signature, selection, and the variables by name."""

DAY = "week day title"
SAVED = f"plan {{ id sessions {{ id {DAY} exercises {{ id exercise {{ exerciseId }} }} }} }}"
DUE = f"on week day sessions {{ {DAY} exercises {{ id sets reps durationSeconds exercise {{ exerciseId }} }} }}"


class PlanWriter:
    """Writes the plans and patients of one organization. `users`: ids by e-mail; `exercises`: ids by slug or name."""

    def __init__(
        self, run: Run, organization_id: UUID, users: Mapping[str, UUID], exercises: Mapping[str, str]
    ) -> None:
        self._run = run
        self._organization_id = str(organization_id)
        self._users = users
        self._exercises = exercises
        self._zones: dict[str, ZoneInfo] = {}

    async def write(self, patients: list[Script], plans: list[Script]) -> None:
        """Everything about the plans, in the order in which it would have happened."""
        for patient in patients:
            await self._describe_patient(patient)
        for plan in plans:
            await self._write_plan(plan)

    async def _send(self, by: str, field: str, selection: str, /, **given: Any) -> Any:
        """Send a mutation whose input type is named after it. Returns its payload."""
        return await self._run(by, field, f"$input: {field[0].upper()}{field[1:]}Input!", selection, input=given)

    async def _describe_patient(self, script: Script) -> None:
        """The patient's calendar, language, consents and conditions; the patient writes them, or who is named."""
        email = script["email"]
        self._zones[email] = ZoneInfo(script["timeZone"])
        whose = {"organizationId": self._organization_id, "patientId": str(self._users[email])}
        where = {"timeZone": script["timeZone"], "language": script["language"]}
        await self._send(email, "updatePatient", "patient { id }", **whose, **where)
        for consent in script["consents"]:
            given = {"kind": consent["kind"], "level": consent["level"]}
            await self._send(consent["by"], "recordConsent", "patient { id }", **whose, **given)
        conditions = {**whose, "conditions": script["conditions"]}
        by = script["consents"][0]["by"]
        await self._send(by, "setPatientConditions", "patient { id }", **conditions)

    async def _write_plan(self, script: Script) -> None:
        """A plan with its versions, each with the patients who begin with it: the first one where they name none.

        A version without a reason is not published.
        """
        first, *later = script["versions"]
        head = {"title": script["title"], "description": script["description"], "weeks": script["weeks"]}
        sessions = self._sessions(first)
        given = {**head, "organizationId": self._organization_id, "sessions": list(sessions.values())}
        saved = await self._send(script["by"], "createTreatmentPlan", SAVED, **given)
        await self._publish(script["by"], saved, first)
        await self._enroll_all(script, saved["plan"]["id"], 1)
        for number, version in enumerate(later, 2):
            sessions |= self._sessions(version)
            given = {"id": saved["plan"]["id"], "sessions": with_ids(sessions, saved["plan"]["sessions"])}
            saved = await self._send(script["by"], "updateTreatmentPlan", SAVED, **given)
            await self._publish(script["by"], saved, version)
            await self._enroll_all(script, saved["plan"]["id"], number)

    async def _enroll_all(self, plan: Script, plan_id: str, version: int) -> None:
        """Enroll the patients who begin with a version, and log what they did."""
        for enrollment in plan["enrollments"]:
            if enrollment.get("version", 1) == version:
                enrolled = await self._enroll(plan, plan_id, enrollment)
                await self._log(enrollment, enrolled["dueBetween"])

    def _sessions(self, version: Script) -> dict[tuple[int, int], dict[str, Any]]:
        """The sessions of a version's phases, by week and day."""
        return {
            (week, day): {"week": week, "day": day, "title": phase["title"], "exercises": self._prescribed(phase)}
            for phase in version["phases"]
            for week in range(phase["weeks"][0], phase["weeks"][1] + 1)
            for day in phase["days"]
        }

    def _prescribed(self, phase: Script) -> list[dict[str, Any]]:
        exercises = phase["exercises"]
        return [
            {**{key: value for key, value in each.items() if key != "exercise"}, "exerciseId": self._id_of(each)}
            for each in exercises
        ]

    def _id_of(self, script: Script) -> str:
        return self._exercises[script["exercise"]]

    async def _publish(self, by: str, saved: Script, version: Script) -> None:
        if "reason" in version:
            given = {"id": saved["plan"]["id"], "reason": version["reason"]}
            await self._send(by, "publishTreatmentPlan", "version { id }", **given)

    def _start(self, enrollment: Script) -> date:
        today = datetime.now(UTC).astimezone(self._zones[enrollment["patient"]]).date()
        return today - timedelta(weeks=enrollment["weeksAgo"])

    async def _enroll(self, plan: Script, plan_id: str, enrollment: Script) -> Any:
        given = {"planId": plan_id, "patientId": str(self._users[enrollment["patient"]])}
        given["startsOn"] = str(self._start(enrollment))
        made = await self._send(plan["by"], "enrollPatient", self._due(enrollment), **given)
        return made["enrollment"]

    def _due(self, enrollment: Script) -> str:
        """The selection of what was due until yesterday."""
        start = self._start(enrollment)
        end = start + timedelta(weeks=enrollment["weeksAgo"], days=-1)
        return f'enrollment {{ id dueBetween(from: "{start}", to: "{end}") {{ {DUE} }} }}'

    async def _log(self, enrollment: Script, due: list[Script]) -> None:
        """The patient's logs, in one batch, as of a phone that was without a network for long."""
        names = {id: name for name, id in self._exercises.items()}
        logs = [
            logged(period, day["on"], exercise, names[exercise["exercise"]["exerciseId"]])
            for period in enrollment["logs"]
            for day in due
            if period["weeks"][0] <= day["week"] <= period["weeks"][1] and day["day"] in period["days"]
            for session in day["sessions"]
            for exercise in session["exercises"]
        ]
        await self._send(enrollment["patient"], "logExercises", "logs { id }", logs=logs)


def with_ids(sessions: Mapping[tuple[int, int], Script], saved: list[Script]) -> list[dict[str, Any]]:
    """Sessions and exercises with the ids of those that are saved for the same day, so that they stay the same ones."""
    before = {(each["week"], each["day"]): each for each in saved}
    return [
        {**session, **_same(session, before[day])} if day in before else {**session}
        for day, session in sessions.items()
    ]


def _same(session: Script, saved: Script) -> dict[str, Any]:
    ids = {each["exercise"]["exerciseId"]: each["id"] for each in saved["exercises"]}
    return {
        "id": saved["id"],
        "exercises": [{**each, "id": ids.get(each["exerciseId"])} for each in session["exercises"]],
    }


def logged(period: Script, day: str, exercise: Script, name: str) -> dict[str, Any]:
    """The log of an exercise that was done as it was due, in a period of the script."""
    return {
        "clientId": f"demo {day} {name}",
        "planExerciseId": exercise["id"],
        "performedOn": day,
        "setsCompleted": exercise["sets"],
        "repsCompleted": exercise["reps"],
        "durationSeconds": exercise["durationSeconds"],
        "painScore": period.get("worse", {}).get(name, period["pain"]),
        "exertion": period["exertion"],
        "notes": period.get("notes") if name in period.get("worse", {name: 0}) else None,
    }
