"""Rows that the laws of every operation need for telemetry."""

from collections.abc import Mapping
from uuid import uuid4

from tests.conftest import Api, Organization
from tests.telemetry.documents import consent


async def add_telemetry(api: Api, organization: Organization, by_operation: Mapping[str, dict[str, str]]) -> None:
    """Let the coach consent to telemetry, and have sessions of their own."""
    await consent(api, organization, organization.coach, level=2, biometric=1)
    for name in ("recordMediaEvents", "recordPoseFrames", "reportPlaybackErrors"):
        by_operation[f"Mutation.{name}"]["sessionId"] = str(uuid4())
