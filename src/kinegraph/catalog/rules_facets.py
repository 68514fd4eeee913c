"""The facets of lists of exercises."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

FACETS: Mapping[str, tuple[str, ...]] = {
    "category": ("category",),
    "kind": ("kind",),
    "movement_pattern": ("movement_pattern",),
    "difficulty": ("difficulty", "difficulty_min", "difficulty_max", "difficulty_in"),
    "status": ("status",),
    "primary_muscles": ("primary_muscles",),
    "secondary_muscles": ("secondary_muscles",),
    "muscles": ("muscles",),
    "equipment": ("requires_equipment", "available_equipment", "exclude_equipment"),
    "discipline": ("discipline",),
    "categories": ("category_id",),
    "body_regions": ("body_region_id",),
    "equipment_items": ("equipment_id",),
}
"""Each facet with its own filters, without which it is counted (docs/domain.md, Exercises)."""

FACET_OF: Mapping[str, str] = {filter: facet for facet, filters in FACETS.items() for filter in filters}


class FacetRow(Protocol):
    """The number of exercises that have one value of one facet, and the view of the list."""

    name: str
    view_id: UUID | None
    value: str
    count: int
