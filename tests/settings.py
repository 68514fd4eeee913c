"""Services with changed settings."""

from dataclasses import replace
from typing import Any  # each setting has its own type, and tests use wrong values too

from kinegraph.services import Services
from kinegraph.settings import Settings

NO_COST_LIMITS: dict[str, Any] = {
    "max_cost": 10**8,
    "cost_budget": 10**9,
    "max_aliases": 5_000,
    "max_root_fields": 5_000,
    "max_definitions": 5_000,
    "max_variables": 5_000,
    "max_arguments": 50_000,
}
"""Most tests send more at once than any caller, and documents that select everything."""

ALL_ALLOWED: dict[str, Any] = {**NO_COST_LIMITS, "anthropic_api_key": "key"}
"""Jobs of vendors may be requested too; nothing runs them."""


def with_settings(services: Services, **changes: Any) -> Services:
    """The services with these settings changed, which are not validated."""
    assert changes.keys() <= Settings.model_fields.keys(), changes
    return replace(services, settings=services.settings.model_copy(update=changes))
