"""Checks of new values of an organization."""

from collections.abc import Mapping
from typing import Any  # values of an input, by name

from kinegraph.kit.checks import Checks

NAMES = {
    "name": "name",
    "members_see_library": "membersSeeLibrary",
    "members_see_each_other": "membersSeeEachOther",
}
"""The API's names of an organization's columns that its owners and admins write."""


def checked_organization(values: Mapping[str, Any], checks: Checks) -> dict[str, Any]:
    """Check new values of an organization, and return them by column. Faults are recorded in `checks`."""
    columns = dict(values)
    for name, value in values.items():
        if value is None:
            checks.refuse("Must not be null; leave it out to keep it as it is.", "input", NAMES[name])
    if columns.get("name") is not None:
        columns["name"] = checks.text(columns["name"], ("input", "name"), 255, lines=False)
    return columns
