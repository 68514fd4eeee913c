"""Patients: defaults where nothing is stored, their calendar and language, who reads and writes them."""

import asyncio
from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.patient.documents import CONSENT, FIELDS, PATIENT, PATIENTS, UPDATE, patient, written
from tests.workout.documents import Pool


@pytest.fixture
async def clinic(world: World) -> Organization:
    """An organization in which nothing is stored of any patient."""
    return await world.organization()


async def test_a_member_without_a_row_has_the_defaults_and_consented_to_nothing(api: Api, clinic: Organization) -> None:
    """A member of whom nothing is stored lives in UTC, reads English, and has consented to nothing."""
    shown = {
        "id": f"patient:{clinic.id}:{clinic.member.id}",
        "timeZone": "UTC",
        "language": "EN",
        "consentLevel": 0,
        "hasBiometricConsent": False,
        "hasConditionsConsent": False,
        "conditions": [],
        "updatedAt": None,
        "user": {"id": str(clinic.member.id)},
        "organization": {"id": str(clinic.id)},
    }
    assert await patient(api, clinic.member, clinic, clinic.member) == shown
    assert await patient(api, clinic.coach, clinic, clinic.member) == shown
    node = f"query ($id: ID!) {{ node(id: $id) {{ ... on Patient {FIELDS} }} }}"
    assert (await api.run(node, clinic.member, id=shown["id"]))["node"] == shown


async def test_the_patient_and_coaches_set_time_zone_and_language_as_iana_spells_it(
    api: Api, clinic: Organization
) -> None:
    """The patient and a coach both set the calendar; a time zone is stored in the spelling of the IANA database."""
    first = await written(api, UPDATE, clinic.member, clinic, clinic.member, timeZone="asia/jerusalem")
    assert (first["timeZone"], first["language"]) == ("Asia/Jerusalem", "EN")
    second = await written(api, UPDATE, clinic.coach, clinic, clinic.member, language="HE")
    assert (second["timeZone"], second["language"]) == ("Asia/Jerusalem", "HE")
    assert second["updatedAt"] > first["updatedAt"]
    own = {"organizationId": str(clinic.id), "timeZone": "America/New York"}
    assert (await api.run(UPDATE, clinic.member, input=own))["updatePatient"]["patient"]["timeZone"] == (
        "America/New_York"
    )


async def test_others_see_and_write_nothing_by_rules_and_by_row_level_security_alone(
    api: Api, world: World, clinic: Organization
) -> None:
    """Another member and strangers get null, no rows, and refusals that are those of people who do not exist."""
    await written(api, UPDATE, clinic.member, clinic, clinic.member, timeZone="Asia/Tokyo")
    other, strangers = await world.join(clinic.id, "member"), await world.organization()
    assert await patient(api, other, clinic, clinic.member) is None
    shown = await api.run(PATIENT, strangers.coach, organization=str(clinic.id), user=str(clinic.member.id))
    assert shown["organization"] is None
    sent = {"organizationId": str(clinic.id), "patientId": str(clinic.member.id), "language": "RU"}
    assert await api.refusals(UPDATE, other, input=sent) == [("NOT_FOUND", ["input", "patientId"])]
    for person in (strangers.coach, strangers.member):
        assert await api.refusals(UPDATE, person, input=sent) == [
            ("NOT_FOUND", ["input", "organizationId"]),
            ("NOT_FOUND", ["input", "patientId"]),
        ]
    foreign = {**sent, "patientId": str(strangers.member.id)}
    assert await api.refusals(UPDATE, clinic.coach, input=foreign) == [("NOT_FOUND", ["input", "patientId"])]
    for person, number in ((clinic.member, 1), (clinic.coach, 1), (other, 0), (strangers.coach, 0)):
        async with world.writing_as(person) as session:
            rows = await session.fetch("SELECT FROM patients WHERE user_id = $1", clinic.member.id)
            changed = await session.run(
                "UPDATE patients SET language = 'ru', updated_at = now() WHERE user_id = $1", clinic.member.id
            )
            assert (len(rows), changed) == (number, number)


async def test_a_person_who_left_is_no_patient_any_more(api: Api, clinic: Organization, owner: Pool) -> None:
    """After leaving, a person sees nothing of the organization, and is not among its patients."""
    await written(api, UPDATE, clinic.member, clinic, clinic.member, timeZone="Asia/Tokyo")
    await owner.execute("UPDATE memberships SET deleted_at = now() WHERE user_id = $1", clinic.member.id)
    assert await patient(api, clinic.coach, clinic, clinic.member) is None
    assert (await api.run("{ viewer { patients { id } } }", clinic.member))["viewer"]["patients"] == []
    page = await api.run(PATIENTS, clinic.coach, organization=str(clinic.id))
    assert page["organization"]["patients"]["totalCount"] == 0


async def test_coaches_page_through_the_patients_and_members_find_themselves(
    api: Api, world: World, clinic: Organization
) -> None:
    """The list has the members of whom something is stored, by name, and each once; a member's has themselves."""
    people = [clinic.member, *[await world.join(clinic.id, "member") for _ in range(4)]]
    for person in people[:4]:
        await written(api, UPDATE, person, clinic, person, language="RU")
    met: list[str] = []
    after = None
    while True:
        found = await api.run(PATIENTS, clinic.coach, organization=str(clinic.id), first=3, after=after)
        page = found["organization"]["patients"]
        assert page["totalCount"] == 4
        met += [node["user"]["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert sorted(met) == sorted(str(person.id) for person in people[:4])
    for person, count in ((people[1], 1), (people[4], 0)):
        page = (await api.run(PATIENTS, person, organization=str(clinic.id)))["organization"]["patients"]
        assert page["totalCount"] == len(page["nodes"]) == count


async def test_the_viewer_is_a_patient_of_each_of_their_organizations(
    api: Api, world: World, clinic: Organization
) -> None:
    """`Viewer.patients` has one entry for each organization, with the defaults where nothing is stored."""
    second = await world.organization()
    await world.join(second.id, "member", clinic.member)
    await written(api, UPDATE, clinic.member, second, clinic.member, timeZone="Europe/Paris")
    found = (await api.run("{ viewer { patients { timeZone organization { id } } } }", clinic.member))["viewer"]
    assert sorted((each["organization"]["id"], each["timeZone"]) for each in found["patients"]) == sorted(
        [(str(clinic.id), "UTC"), (str(second.id), "Europe/Paris")]
    )


async def test_every_bad_value_is_refused_with_its_path_and_the_nearest_name(api: Api, clinic: Organization) -> None:
    """Unknown time zones are refused with the nearest, nulls and bad versions with what to do; all faults at once."""
    ours = {"organizationId": str(clinic.id), "patientId": str(clinic.member.id)}
    cases: list[tuple[dict[str, Any], str, str]] = [
        (
            {"timeZone": "Asia/Jerusalm"},
            "timeZone",
            "There is no time zone 'Asia/Jerusalm'; the nearest: Asia/Jerusalem",
        ),
        ({"timeZone": "Berlin"}, "timeZone", "the nearest: Europe/Berlin"),
        ({"timeZone": "Mars/Olympus"}, "timeZone", "There is no time zone 'Mars/Olympus'"),
        ({"timeZone": "x" * 100_000}, "timeZone", "send a name of the IANA database, such as Europe/Berlin."),
        ({"timeZone": "posix/Asia/Tokyo"}, "timeZone", "Asia/Tokyo"),
        (
            {"timeZone": "GMT+3"},
            "timeZone",
            "no time zone 'GMT+3'; send a name of the IANA database, such as Europe/Berlin.",
        ),
        ({"timeZone": ""}, "timeZone", "There is no time zone ''"),
        ({"timeZone": None}, "timeZone", "Must not be null; leave it out to keep it as it is."),
        ({"language": None}, "language", "Must not be null; leave it out to keep it as it is."),
        ({"ifUpdatedAt": "2026-01-01T00:00:00Z"}, "ifUpdatedAt", "Nothing is stored yet"),
        ({"ifUpdatedAt": "2026-01-01T00:00:00"}, "ifUpdatedAt", "Must have an offset from UTC"),
    ]
    for changes, name, message in cases:
        errors = await api.user_errors(UPDATE, clinic.coach, input={**ours, **changes})
        assert [(each["code"], each["field"]) for each in errors] == [("INVALID_INPUT", ["input", name])], changes
        assert message in errors[0]["message"]
    together = {"organizationId": "no", "patientId": "no", "timeZone": "Nowhere", "language": None}
    refused = await api.refusals(UPDATE, clinic.coach, input=together)
    assert sorted(path[-1] for _, path in refused) == ["language", "organizationId", "patientId", "timeZone"]
    assert (await patient(api, clinic.coach, clinic, clinic.member) or {})["updatedAt"] is None


async def test_an_edit_of_another_version_is_refused_with_what_is_stored(api: Api, clinic: Organization) -> None:
    """Of two edits of one version the second is a CONFLICT that shows the first, and stores nothing."""
    stored = await written(api, UPDATE, clinic.coach, clinic, clinic.member, timeZone="Asia/Tokyo")
    sent = {"organizationId": str(clinic.id), "patientId": str(clinic.member.id), "ifUpdatedAt": stored["updatedAt"]}
    await api.run(UPDATE, clinic.member, input={**sent, "language": "HE"})
    refused = await api.payload(UPDATE, clinic.coach, input={**sent, "language": "RU"})
    assert [(each["code"], each["field"]) for each in refused["userErrors"]] == [("CONFLICT", ["input", "ifUpdatedAt"])]
    assert refused["conflict"]["updatedBy"]["id"] == str(clinic.member.id)
    assert refused["patient"]["language"] == "HE"


async def test_two_first_writes_at_once_make_one_row(api: Api, clinic: Organization, owner: Pool) -> None:
    """A patient and a coach who write at the same moment, where nothing was stored, make one row with both values."""
    writes = [
        written(api, UPDATE, clinic.member, clinic, clinic.member, timeZone="Asia/Tokyo"),
        written(api, UPDATE, clinic.coach, clinic, clinic.member, language="HE"),
        written(api, CONSENT, clinic.member, clinic, clinic.member, kind="TELEMETRY", level=2),
    ]
    await asyncio.gather(*writes)
    rows = await owner.fetch(
        "SELECT time_zone, language, consent_level FROM patients WHERE user_id = $1", clinic.member.id
    )
    assert [tuple(row) for row in rows] == [("Asia/Tokyo", "he", 2)]
