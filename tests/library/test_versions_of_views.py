"""`ifUpdatedAt` on exercises and overrides, and the video of an effective exercise."""

import asyncio
import json
from datetime import datetime
from functools import partial
from typing import Any  # inputs and answers are JSON
from uuid import UUID

import asyncpg

from kinegraph.kit.rows import Row
from tests.conftest import Api, World
from tests.waiting import until

Json = dict[str, Any]
ERRORS = "userErrors { code field message } conflict { updatedAt updatedBy { id } }"
SHOWN = "id name updatedAt isCustomizedByOrg exercise { updatedAt }"
OVERRIDE = f"""mutation ($id: ID!, $org: ID!, $if: DateTime, $values: ExerciseOverrideInput!) {{
  upsertExerciseOverride(exerciseId: $id, organizationId: $org, overrides: $values, ifUpdatedAt: $if) {{
    exercise {{ {SHOWN} }} {ERRORS}
  }}
}}"""
RESET = f"""mutation ($id: ID!, $org: ID!, $if: DateTime, $fields: [String!]) {{
  resetExerciseOverride(exerciseId: $id, organizationId: $org, fields: $fields, ifUpdatedAt: $if) {{
    exercise {{ {SHOWN} }} {ERRORS}
  }}
}}"""
CHANGE = f"""mutation ($id: ID!, $if: DateTime, $input: UpdateExerciseInput!) {{
  updateExercise(id: $id, ifUpdatedAt: $if, input: $input) {{ exercise {{ id name updatedAt }} {ERRORS} }}
}}"""
CREATE = """mutation ($input: CreateExerciseInput!) {
  createExercise(input: $input) { exercise { id name updatedAt } userErrors { code } }
}"""
VIEW = f"query ($id: ID!, $org: ID!) {{ effectiveExercise(id: $id, organizationId: $org) {{ {SHOWN} }} }}"
LIBRARY = """query ($org: ID!, $q: String) {
  organization(id: $org) { exerciseLibrary(first: 100, filter: {q: $q}) { nodes { id exerciseId updatedAt } } }
}"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
VIDEO = """query ($id: ID!, $org: ID!) { effectiveExercise(id: $id, organizationId: $org) {
  videoUrl video { url thumbnailUrl provider status durationSeconds positiveVotes negativeVotes myVote isLocked }
} }"""


def codes(payload: Json) -> list[tuple[str, list[str]]]:
    """The codes and paths of a payload's refusals."""
    return [(error["code"], error["field"]) for error in payload["userErrors"]]


CONFLICT = [("CONFLICT", ["ifUpdatedAt"])]


async def test_two_who_override_at_once_lose_nothing_silently(api: Api, world: World) -> None:
    organization = await world.organization()
    people = [organization.coach, organization.owner]
    at = {"id": await world.exercise_id("back-squat"), "org": str(organization.id)}
    versions = []
    edits: list[tuple[str, Json]] = [
        (OVERRIDE, {"values": {"name": "{}"}}),
        (OVERRIDE, {"values": {"name": "{} again"}}),
        (RESET, {"fields": ["name"]}),
        (OVERRIDE, {"values": {"name": "{}"}}),
        (RESET, {"fields": None}),
    ]
    for text, values in edits:
        shown = (await api.run(VIEW, organization.coach, **at))["effectiveExercise"]
        versions.append(shown["updatedAt"])
        attempts = [json.loads(json.dumps(values).replace("{}", str(turn))) for turn in range(4)]
        payloads = await asyncio.gather(
            *(
                api.payload(text, people[turn % 2], **at, **{"if": shown["updatedAt"]}, **each)
                for turn, each in enumerate(attempts)
            )
        )
        (winner,) = [turn for turn, payload in enumerate(payloads) if not payload["userErrors"]]
        for turn, payload in enumerate(payloads):
            assert payload["exercise"] == payloads[winner]["exercise"]
            if turn != winner:
                assert codes(payload) == CONFLICT
                assert payload["conflict"]["updatedAt"] == payload["exercise"]["updatedAt"]
                assert payload["conflict"]["updatedBy"] == {"id": str(people[winner % 2].id)}
    assert sorted({*versions}) == versions  # it grows with each change, a reset too


async def test_a_view_has_one_version_wherever_it_is_read_and_another_for_each_organization(
    api: Api, world: World
) -> None:
    organization, other, squat = (
        await world.organization(),
        await world.organization(),
        await world.exercise_id("deadlift"),
    )
    before = (await api.run(VIEW, other.coach, id=squat, org=str(other.id)))["effectiveExercise"]
    made = await api.payload(
        OVERRIDE, organization.coach, id=squat, org=str(organization.id), values={"name": "Deadlift, ours"}
    )
    shown = made["exercise"]
    assert shown["updatedAt"] > shown["exercise"]["updatedAt"] == before["updatedAt"]
    data = await api.run(LIBRARY, organization.coach, org=str(organization.id), q="Deadlift, ours")
    (node,) = data["organization"]["exerciseLibrary"]["nodes"]
    assert node == {"id": shown["id"], "exerciseId": squat, "updatedAt": shown["updatedAt"]}
    assert (await api.run(VIEW, other.coach, id=squat, org=str(other.id)))["effectiveExercise"] == before


async def test_a_change_of_the_canonical_row_changes_the_version_of_every_view(api: Api, world: World) -> None:
    organization, admin = await world.organization(), await world.person(is_platform_admin=True)
    made = (await api.run(CREATE, admin, input={"name": "Ours"}))["createExercise"]["exercise"]
    at = {"id": made["id"], "org": str(organization.id)}
    assert (await api.run(VIEW, organization.coach, **at))["effectiveExercise"]["updatedAt"] == made["updatedAt"]
    first = await api.payload(OVERRIDE, organization.coach, **at, values={"name": "Mine"})
    await api.run(CHANGE, admin, id=made["id"], input={"description": "New"})
    late = await api.payload(
        OVERRIDE, organization.coach, **at, **{"if": first["exercise"]["updatedAt"]}, values={"name": "Late"}
    )
    assert codes(late) == CONFLICT and late["conflict"]["updatedBy"] is None
    again = await api.payload(
        OVERRIDE, organization.coach, **at, **{"if": late["exercise"]["updatedAt"]}, values={"name": "Late"}
    )
    assert (codes(again), again["exercise"]["name"]) == ([], "Late")


async def test_an_override_and_an_edit_of_its_canonical_row_that_meet_change_the_version_one_after_the_other(
    api: Api, world: World, owner: "asyncpg.Pool[Row]"
) -> None:
    organization, admin = await world.organization(), await world.person(is_platform_admin=True)
    at = {"id": await world.exercise_id("burpees"), "org": str(organization.id)}
    edit = "UPDATE exercises SET description = $2, updated_at = now() WHERE id = $1"
    write = """
        INSERT INTO exercise_org_overrides (organization_id, exercise_id, overrides) VALUES ($1, $2, '{"name": "Ours"}')
        ON CONFLICT (organization_id, exercise_id) DO UPDATE SET overrides = excluded.overrides, updated_at = now()
    """

    async def blocked(count: int) -> bool:
        return bool(await owner.fetchval(WAITING) == count)

    async def version() -> str:
        return str((await api.run(VIEW, organization.coach, **at))["effectiveExercise"]["updatedAt"])

    async with owner.acquire() as connection:
        for turn in range(2):  # without an override, and with one
            shown = await version()
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(edit, UUID(at["id"]), f"Text {turn}")
            sent = [
                asyncio.create_task(
                    api.payload(OVERRIDE, organization.coach, **at, **guard, values={"name": f"T {turn}"})
                )
                for guard in ({"if": shown}, {})
            ]
            await until(partial(blocked, 2))
            assert await version() == shown
            await transaction.commit()
            guarded, unguarded = [await each for each in sent]
            assert codes(guarded) == CONFLICT
            assert unguarded["exercise"]["updatedAt"] == await version() > shown
            assert unguarded["exercise"]["exercise"]["updatedAt"] > shown

        shown = await version()
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(write, organization.id, UUID(at["id"]))
        change = asyncio.create_task(api.payload(CHANGE, admin, id=at["id"], input={"description": "New"}))
        await until(partial(blocked, 1))
        await transaction.commit()
        assert (await change)["userErrors"] == []
        own = await owner.fetchval(
            "SELECT updated_at FROM exercise_org_overrides WHERE organization_id = $1", organization.id
        )
        assert datetime.fromisoformat(await version()) > own


async def test_two_who_edit_an_exercise_at_once_lose_nothing_silently(api: Api, world: World) -> None:
    organization = await world.organization()
    people = [organization.coach, organization.owner]
    input: Json = {"organizationId": str(organization.id), "name": "Ours"}
    made = (await api.run(CREATE, organization.coach, input=input))["createExercise"]["exercise"]
    changes: list[Json] = [
        {"name": "One"},
        {"instructions": [{"type": "STEP", "body": "Go"}]},
        {"contraindications": [{"condition": "Asthma", "severity": "WARNING"}]},
    ]
    for change in changes:
        payloads = await asyncio.gather(
            *(
                api.payload(CHANGE, people[turn % 2], id=made["id"], input=change, **{"if": made["updatedAt"]})
                for turn in range(4)
            )
        )
        (winner,) = [turn for turn, payload in enumerate(payloads) if not payload["userErrors"]]
        for turn, payload in enumerate(payloads):
            assert payload["exercise"] == payloads[winner]["exercise"]
            if turn != winner:
                assert codes(payload) == CONFLICT
                assert payload["conflict"]["updatedBy"] == {"id": str(people[winner % 2].id)}
        assert payloads[winner]["exercise"]["updatedAt"] > made["updatedAt"]
        made = payloads[winner]["exercise"]
    view = await api.run(VIEW, organization.coach, id=made["id"], org=str(organization.id))
    assert view["effectiveExercise"]["updatedAt"] == made["updatedAt"]
    stranger = await api.payload(
        CHANGE, await world.person(), id=made["id"], input={}, **{"if": "2026-01-01T00:00:00Z"}
    )
    assert (codes(stranger), stranger["conflict"]) == ([("NOT_FOUND", ["id"])], None)


async def test_an_effective_video_has_its_provider_and_status(api: Api, world: World) -> None:
    organization, admin = await world.organization(), await world.person(is_platform_admin=True)
    stored = "https://example.com/squat"
    input: Json = {"name": "Filmed", "videoUrl": stored, "thumbnailUrl": f"{stored}.jpg", "videoDurationSeconds": 20}
    made = (await api.run(CREATE, admin, input=input))["createExercise"]["exercise"]
    at = {"id": made["id"], "org": str(organization.id)}
    await api.run(
        """mutation ($id: ID!) { voteExerciseVideo(exerciseId: $id, vote: UP) { userErrors { code } } }""",
        organization.coach, id=made["id"],
    )  # fmt: skip
    canonical = {
        "url": stored, "thumbnailUrl": f"{stored}.jpg", "provider": "EXTERNAL", "status": "MANUAL",
        "durationSeconds": 20, "positiveVotes": 1, "negativeVotes": 0, "myVote": "UP", "isLocked": False,
    }  # fmt: skip
    bunny = "https://vz-1.b-cdn.net/0190b5b1-9d4e-7c3a-8000-0123456789ab"
    own = {
        **canonical, "url": f"{bunny}/playlist.m3u8", "thumbnailUrl": f"{bunny}/thumbnail.jpg",
        "provider": "BUNNY_STREAM", "durationSeconds": None, "positiveVotes": 0, "myVote": None,
    }  # fmt: skip
    changes: list[tuple[Json, Json]] = [
        ({}, canonical),
        ({"thumbnailUrl": "https://example.com/t.png"}, {**canonical, "thumbnailUrl": "https://example.com/t.png"}),
        ({"videoUrl": f"{bunny}/playlist.m3u8", "thumbnailUrl": None}, own),
        ({"thumbnailUrl": "https://example.com/t.png"}, {**own, "thumbnailUrl": "https://example.com/t.png"}),
        ({"videoUrl": None, "thumbnailUrl": None}, canonical),
    ]
    for values, video in changes:
        await api.run(OVERRIDE, organization.coach, **at, values=values)
        shown = (await api.run(VIDEO, organization.coach, **at))["effectiveExercise"]
        assert shown == {"videoUrl": video["url"], "video": video}, values
    plain = (await api.run(CREATE, admin, input={"name": "Not filmed"}))["createExercise"]["exercise"]["id"]
    shown = (await api.run(VIDEO, organization.coach, id=plain, org=at["org"]))["effectiveExercise"]
    assert shown == {"videoUrl": None, "video": None}
