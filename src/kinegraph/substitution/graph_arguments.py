"""Arguments for the available equipment and the person's conditions."""

from typing import Annotated

import strawberry

from kinegraph.candidates.rules_terms import MAX_EQUIPMENT
from kinegraph.layers.rules_safety import MAX_CONDITIONS

AvailableEquipment = Annotated[
    list[str] | None,
    strawberry.argument(
        description=f"What is there, at most {MAX_EQUIPMENT} names; empty for nothing, null for anything."
    ),
]
PersonsConditions = Annotated[
    list[str] | None,
    strawberry.argument(
        description=f"The person's conditions, at most {MAX_CONDITIONS}: keys or synonyms (contraindicationConditions)."
    ),
]
