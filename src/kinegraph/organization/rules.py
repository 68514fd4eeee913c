"""Checks of new values of an organization."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any  # values of an input, by name

from kinegraph.kit.checks import Checks

INPUT_NAMES = {
    "name": "name",
    "members_see_library": "membersSeeLibrary",
    "members_see_each_other": "membersSeeEachOther",
    "pain_thresholds": "painThresholds",
}
"""The API's names of the input's fields, which owners and admins write; `pain_thresholds` stands for two columns."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The scores of pain from which a log is amber, and red."""

    amber_from: int
    red_from: int


def checked_organization(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """Check new values of an organization, and return them by column. Faults are recorded in `checks`."""
    columns = dict(values)
    for name, value in values.items():
        if value is None:
            checks.refuse("Must not be null; leave it out to keep it as it is.", "input", INPUT_NAMES[name])
    if columns.get("name") is not None:
        columns["name"] = checks.text(columns["name"], ("input", "name"), 255, lines=False)
    if columns.get("pain_thresholds") is not None:
        columns |= _checked_thresholds(columns["pain_thresholds"], checks)
    columns.pop("pain_thresholds", None)
    return columns


def _checked_thresholds(sent: Mapping[str, int], checks: Checks) -> dict[str, int]:
    """The columns of thresholds of pain: 1 to 10, amber not above red. Faults are recorded in `checks`."""
    at = ("input", "painThresholds")
    amber = checks.whole(sent["amber_from"], (*at, "amberFrom"), 1, 10)
    red = checks.whole(sent["red_from"], (*at, "redFrom"), 1, 10)
    if 1 <= red < amber <= 10:
        checks.refuse("Must not be below amberFrom.", *at, "redFrom")
    return {"pain_amber_from": amber, "pain_red_from": red}
