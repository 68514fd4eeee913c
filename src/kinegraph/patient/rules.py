"""The rows, ids, bounds and refusals of patients and their consents (docs/domain.md, Patients)."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from kinegraph.kit.checks import Checks, parse_key
from kinegraph.kit.errors import Path, Refusal
from kinegraph.kit.text import identity_of

DEFAULT_TIME_ZONE = "UTC"
MAX_TIME_ZONE = 64
MIN_LIKENESS = 0.6
"""The least share of equal letters (`difflib`) with which a time zone is suggested for an unknown one."""


REGION = re.compile(r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/")
"""The beginnings of the time zones that are named after a place."""


class ConsentRequired(Refusal):
    """The patient has not consented to the storage of this data."""

    code = "CONSENT_REQUIRED"


class Language(StrEnum):
    """The language in which texts for a patient are written."""

    EN = "en"
    HE = "he"
    RU = "ru"


class ConsentKind(StrEnum):
    """A kind of data that is stored with a patient's consent alone."""

    TELEMETRY = "telemetry"
    BIOMETRIC = "biometric"
    CONDITIONS = "conditions"


MAX_LEVELS: Mapping[ConsentKind, int] = {
    ConsentKind.TELEMETRY: 3,
    ConsentKind.BIOMETRIC: 1,
    ConsentKind.CONDITIONS: 1,
}
"""The highest level of each kind; 0 is no consent."""

COLUMNS: Mapping[ConsentKind, str] = {
    ConsentKind.TELEMETRY: "consent_level",
    ConsentKind.BIOMETRIC: "has_biometric_consent",
    ConsentKind.CONDITIONS: "has_conditions_consent",
}
"""The column of a patient that has the present consent of each kind."""

PatientKey = tuple[UUID, UUID]
"""An organization, and the user who is a patient there."""


class PatientRow(Protocol):
    """A member as a patient, with their name; `updated_at` is None where nothing is stored of them."""

    organization_id: UUID
    user_id: UUID
    user_name: str
    user_email: str | None
    time_zone: str
    language: str
    consent_level: int
    has_biometric_consent: bool
    has_conditions_consent: bool
    conditions: list[str]
    updated_at: datetime | None


class ConsentRow(Protocol):
    """A consent that was given or withdrawn, with the person who recorded it."""

    id: UUID
    organization_id: UUID
    user_id: UUID
    kind: str
    level: int
    recorded_by_id: UUID
    recorded_by_name: str
    recorded_by_email: str | None
    created_at: datetime


class DecisionsRow(Protocol):
    """The recorder of the latest consent of a kind, and the latest level that the patient themselves chose."""

    last_by: UUID | None
    own_level: int | None
    most_by_others: int | None
    """The least level since that choice, which others may not raise; None where the patient has chosen none."""


def patient_id(organization_id: UUID, user_id: UUID) -> str:
    """The id of a patient: the same before and after something is stored of them."""
    return f"patient:{organization_id}:{user_id}"


def patient_key(id: str) -> PatientKey | None:
    """The organization and the user of a patient's id; None for other ids."""
    prefix, _, ids = id.partition(":")
    organization, user = map(parse_key, ids.partition(":")[::2])
    return (organization, user) if prefix == "patient" and organization and user else None


def checked_time_zone(name: str, existing: Collection[str], path: Path, checks: Checks) -> str:
    """The name of a time zone as the IANA database spells it. An unknown one is refused, with the nearest ones.

    Case does not count, nor do spaces for underscores. Only places are suggested: the sign of an offset such as
    Etc/GMT+3 is the reverse of what people mean.
    """
    by_spelling = {_spelling(each): each for each in existing}
    sought = _spelling(name[:MAX_TIME_ZONE])
    if len(name) <= MAX_TIME_ZONE and sought in by_spelling:
        return by_spelling[sought]
    by_spelling = {spelling: each for spelling, each in by_spelling.items() if REGION.match(each)}
    ends = {spelling.rpartition("/")[2]: spelling for spelling in by_spelling}
    by_place = [ends[place] for place in get_close_matches(sought.rpartition("/")[2], ends, n=3, cutoff=0.8)]
    close = get_close_matches(sought, by_spelling, n=3, cutoff=MIN_LIKENESS)
    shown = ", ".join(by_spelling[each] for each in list(dict.fromkeys([*by_place, *close]))[:3])
    hint = f"the nearest: {shown}." if shown else "send a name of the IANA database, such as Europe/Berlin."
    checks.refuse(f"There is no time zone {name[:MAX_TIME_ZONE]!r}; {hint}", *path)
    return DEFAULT_TIME_ZONE


def _spelling(name: str) -> str:
    """The form in which names of time zones are compared."""
    return identity_of(name).replace(" ", "_")


def checked_level(kind: ConsentKind, level: int, path: Path, checks: Checks) -> int:
    """The level of a consent of this kind. Faults are recorded in `checks`."""
    return checks.whole(level, path, 0, MAX_LEVELS[kind])


def consent_columns(kind: ConsentKind, level: int) -> dict[str, object]:
    """The columns of a patient by a consent of this kind. Without the one to store conditions none are stored."""
    column = COLUMNS[kind]
    columns: dict[str, object] = {column: level if kind is ConsentKind.TELEMETRY else bool(level)}
    return {**columns, "conditions": []} if kind is ConsentKind.CONDITIONS and level == 0 else columns
