"""Services with changed settings."""

from dataclasses import replace
from typing import Any  # each setting has its own type, and tests use wrong values too

from kinegraph.services import Services
from kinegraph.settings import Settings


def with_settings(services: Services, **changes: Any) -> Services:
    """The services with these settings changed, which are not validated."""
    assert changes.keys() <= Settings.model_fields.keys(), changes
    return replace(services, settings=services.settings.model_copy(update=changes))
