"""Consents: recorded with their history, by the patient or on their behalf; conditions need one."""

import asyncio
from typing import Any  # inputs are JSON

import pytest

from tests.conftest import Api, Organization, World
from tests.patient.documents import (
    CONDITIONS,
    CONSENT,
    CONSENTS,
    consent_to_conditions,
    patient,
    written,
)
from tests.workout.documents import Pool


@pytest.fixture
async def clinic(world: World) -> Organization:
    """An organization in which nothing is stored of any patient."""
    return await world.organization()


async def history(api: Api, clinic: Organization) -> list[tuple[str, int, bool]]:
    """The member's consents, the latest first: kind, level, whether a coach recorded it."""
    data = await api.run(CONSENTS, clinic.coach, organization=str(clinic.id), user=str(clinic.member.id))
    nodes = data["organization"]["patient"]["consents"]["nodes"]
    return [(node["kind"], node["level"], node["isOnBehalf"]) for node in nodes]


async def test_each_consent_is_recorded_with_who_recorded_it(api: Api, clinic: Organization) -> None:
    """The history has each consent with its level; one that a coach recorded is shown as on the patient's behalf."""
    member = clinic.member
    await written(api, CONSENT, member, clinic, member, kind="TELEMETRY", level=3)
    await written(api, CONSENT, clinic.coach, clinic, member, kind="BIOMETRIC", level=1)
    stored = await written(api, CONSENT, member, clinic, member, kind="TELEMETRY", level=1)
    assert (stored["consentLevel"], stored["hasBiometricConsent"], stored["hasConditionsConsent"]) == (1, True, False)
    assert await history(api, clinic) == [("TELEMETRY", 1, False), ("BIOMETRIC", 1, True), ("TELEMETRY", 3, False)]


async def test_recording_what_holds_already_changes_nothing_but_a_first_refusal_is_recorded(
    api: Api, clinic: Organization
) -> None:
    """The same level again leaves history and version; level 0 is recorded the first time, as a refusal."""
    member = clinic.member
    first = await written(api, CONSENT, member, clinic, member, kind="BIOMETRIC", level=0)
    again = await written(api, CONSENT, member, clinic, member, kind="BIOMETRIC", level=0)
    assert again == first
    assert await history(api, clinic) == [("BIOMETRIC", 0, False)]


@pytest.mark.parametrize("kind", ["TELEMETRY", "BIOMETRIC", "CONDITIONS"])
async def test_what_a_patient_refused_only_they_can_allow(api: Api, clinic: Organization, kind: str) -> None:
    """A coach cannot record a consent over the patient's own refusal, and can withdraw what the patient has given."""
    member, coach = clinic.member, clinic.coach
    await written(api, CONSENT, coach, clinic, member, kind=kind, level=1)
    await written(api, CONSENT, member, clinic, member, kind=kind, level=0)
    sent = {"organizationId": str(clinic.id), "patientId": str(member.id), "kind": kind, "level": 1}
    (error,) = await api.user_errors(CONSENT, coach, input=sent)
    assert (error["code"], error["field"]) == ("CONSENT_REQUIRED", ["input", "level"])
    assert error["message"] == (
        "The patient refused this consent, or withdrew it, themselves: only they may raise it, with their own account."
    )
    assert await history(api, clinic) == [(kind, 0, False), (kind, 1, True)]
    await written(api, CONSENT, member, clinic, member, kind=kind, level=1)
    await written(api, CONSENT, coach, clinic, member, kind=kind, level=0)
    assert await history(api, clinic) == [(kind, 0, True), (kind, 1, False), (kind, 0, False), (kind, 1, True)]


async def test_what_was_lowered_for_a_patient_only_they_can_raise(api: Api, clinic: Organization) -> None:
    """A withdrawal that a coach recorded after the patient's own choice is taken back by no coach and no owner."""
    member, coach = clinic.member, clinic.coach
    sent = {"organizationId": str(clinic.id), "patientId": str(member.id), "kind": "TELEMETRY"}
    await written(api, CONSENT, member, clinic, member, kind="TELEMETRY", level=3)
    for level in (2, 1):
        await written(api, CONSENT, coach, clinic, member, kind="TELEMETRY", level=level)
    for person in (coach, clinic.owner):
        (error,) = await api.user_errors(CONSENT, person, input={**sent, "level": 2})
        assert (error["code"], error["field"]) == ("CONSENT_REQUIRED", ["input", "level"])
        assert error["message"] == (
            "The patient chose level 3, and level 1 was recorded for them since: only they may raise it, with their "
            "own account."
        )
    await written(api, CONSENT, member, clinic, member, kind="TELEMETRY", level=2)
    levels = [level for _, level, _ in await history(api, clinic)]
    assert levels == [2, 1, 2, 3]


async def test_a_refusal_that_a_coach_recorded_becomes_the_patients_own(api: Api, clinic: Organization) -> None:
    """Level 0 by a coach, confirmed by the patient, is recorded again, and binds the coach; so does a lowered level."""
    member, coach = clinic.member, clinic.coach
    sent = {"organizationId": str(clinic.id), "patientId": str(member.id)}
    for person in (coach, member):
        await written(api, CONSENT, person, clinic, member, kind="BIOMETRIC", level=0)
    refused = {**sent, "kind": "BIOMETRIC", "level": 1}
    assert await api.refusals(CONSENT, coach, input=refused) == [("CONSENT_REQUIRED", ["input", "level"])]
    for level in (3, 1):
        await written(api, CONSENT, member, clinic, member, kind="TELEMETRY", level=level)
    errors = await api.user_errors(CONSENT, coach, input={**sent, "kind": "TELEMETRY", "level": 2})
    assert [each["message"] for each in errors] == [
        "The patient chose level 1 themselves: only they may raise it, with their own account."
    ]
    assert await history(api, clinic) == [
        ("TELEMETRY", 1, False), ("TELEMETRY", 3, False), ("BIOMETRIC", 0, False), ("BIOMETRIC", 0, True)
    ]  # fmt: skip


async def test_five_equal_consents_at_once_are_recorded_once(api: Api, clinic: Organization) -> None:
    """Consents that are sent at the same moment wait for each other, and the first alone is news."""
    sent = [written(api, CONSENT, clinic.member, clinic, clinic.member, kind="CONDITIONS", level=1) for _ in range(5)]
    await asyncio.gather(*sent)
    assert await history(api, clinic) == [("CONDITIONS", 1, False)]


async def test_conditions_are_stored_by_key_with_consent_alone_and_go_with_it(
    api: Api, clinic: Organization, owner: Pool
) -> None:
    """Synonyms become keys; without consent they are refused; withdrawing the consent deletes them."""
    member = clinic.member
    sent = {"organizationId": str(clinic.id), "patientId": str(member.id), "conditions": ["asthma"]}
    errors = await api.user_errors(CONDITIONS, clinic.coach, input=sent)
    assert [(each["code"], each["field"]) for each in errors] == [("CONSENT_REQUIRED", ["input", "conditions"])]
    assert "recordConsent (CONDITIONS, level 1)" in errors[0]["message"]
    await written(api, CONSENT, member, clinic, member, kind="CONDITIONS", level=1)
    stored = await written(api, CONDITIONS, clinic.coach, clinic, member, conditions=["Knee pain", "asthma"])
    assert stored["conditions"] == ["asthma", "knee_pain"]
    withdrawn = await written(api, CONSENT, member, clinic, member, kind="CONDITIONS", level=0)
    assert (withdrawn["hasConditionsConsent"], withdrawn["conditions"]) == (False, [])
    assert await owner.fetchval("SELECT conditions FROM patients WHERE user_id = $1", member.id) == []


async def test_no_conditions_may_be_set_without_consent(api: Api, clinic: Organization) -> None:
    """An empty list deletes conditions, for which no consent is needed."""
    stored = await written(api, CONDITIONS, clinic.member, clinic, clinic.member, conditions=[])
    assert stored["conditions"] == []


async def test_unknown_conditions_are_refused_by_name_with_the_nearest(api: Api, clinic: Organization) -> None:
    """Each unknown condition is refused at its place, with the nearest of the vocabulary, and nothing is stored."""
    await consent_to_conditions(api, clinic, clinic.member, "asthma")
    sent = {"organizationId": str(clinic.id), "conditions": ["asthma", "knee pian", "hernia of the moon"]}
    errors = await api.user_errors(CONDITIONS, clinic.member, input=sent)
    assert [(each["code"], each["field"]) for each in errors] == [
        ("INVALID_INPUT", ["input", "conditions", "1"]),
        ("INVALID_INPUT", ["input", "conditions", "2"]),
    ]
    assert "knee_pain" in errors[0]["message"]
    assert ((await patient(api, clinic.member, clinic, clinic.member)) or {})["conditions"] == ["asthma"]
    many = {**sent, "conditions": [f"x{number}" for number in range(61)]}
    assert await api.refusals(CONDITIONS, clinic.member, input=many) == [("INVALID_INPUT", ["input", "conditions"])]


async def test_levels_out_of_their_kind_are_refused(api: Api, clinic: Organization) -> None:
    """Telemetry has the levels 0 to 3, other kinds 0 and 1."""
    cases: list[tuple[dict[str, Any], str]] = [
        ({"kind": "TELEMETRY", "level": 4}, "Must be from 0 to 3; this is 4."),
        ({"kind": "TELEMETRY", "level": -1}, "Must be from 0 to 3; this is -1."),
        ({"kind": "BIOMETRIC", "level": 2}, "Must be from 0 to 1; this is 2."),
        ({"kind": "CONDITIONS", "level": 2}, "Must be from 0 to 1; this is 2."),
    ]
    for values, message in cases:
        errors = await api.user_errors(CONSENT, clinic.member, input={"organizationId": str(clinic.id), **values})
        assert [(each["code"], each["field"], each["message"]) for each in errors] == [
            ("INVALID_INPUT", ["input", "level"], message)
        ]
    assert await history(api, clinic) == []


async def test_consents_are_never_changed_and_others_see_none(
    api: Api, world: World, clinic: Organization, owner: Pool
) -> None:
    """The API's role may not change or delete a consent; strangers and other members read none."""
    await written(api, CONSENT, clinic.member, clinic, clinic.member, kind="TELEMETRY", level=2)
    id = await owner.fetchval("SELECT id FROM patient_consents WHERE user_id = $1", clinic.member.id)
    node = "query ($id: ID!) { node(id: $id) { id } }"
    other, stranger = await world.join(clinic.id, "member"), (await world.organization()).coach
    for person, is_shown in ((clinic.member, True), (clinic.coach, True), (other, False), (stranger, False)):
        assert ((await api.run(node, person, id=str(id)))["node"] is not None) is is_shown
    for statement in ("UPDATE patient_consents SET level = 0", "DELETE FROM patient_consents"):
        with pytest.raises(Exception, match="permission denied"):
            async with world.writing_as(clinic.coach) as session:
                await session.run(statement)
