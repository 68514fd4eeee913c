"""The GraphQL types of safety: constraints of an exercise, and what it is for a person."""

from typing import Annotated, Any, cast  # Any: GraphQL reads rows by field name
from uuid import UUID

import strawberry

from kinegraph.catalog.rules_names import own_conditions
from kinegraph.catalog.store import conditions_of
from kinegraph.identity.rules import Viewer
from kinegraph.kit.checks import Checks
from kinegraph.kit.context import Info
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import field
from kinegraph.layers import rules
from kinegraph.layers.rules_safety import MAX_CONDITIONS, ShownSafety, checked_conditions
from kinegraph.taxonomy.rules_conditions import MAX_CONDITION_LENGTH, folded, meant

described_enum(
    rules.RiskLevel,
    "How strongly a condition speaks against an exercise.",
    CAUTION="Only with the modification.",
    AVOID="Not at all: it is ruled out.",
)

Conditions = Annotated[
    list[str],
    strawberry.argument(
        description=f"The person's conditions, at most {MAX_CONDITIONS}: keys or synonyms (contraindicationConditions)."
    ),
]


@strawberry.type(description="What to do with a condition instead.")
class SafetyModification:
    condition: str = strawberry.field(description="The condition's key, such as knee_pain.")

    @field("One change, with a number or another exercise.", "text")
    def modification(root: strawberry.Parent[Any]) -> str:
        return cast(str, root.text)

    @field("Whether the exercise is ruled out, or changed.", "is_avoid")
    def risk_level(root: strawberry.Parent[Any]) -> rules.RiskLevel:
        return rules.RiskLevel.AVOID if root.is_avoid else rules.RiskLevel.CAUTION


@strawberry.type(description="How much a condition speaks against an exercise.")
class ConditionRisk:
    condition: str = strawberry.field(description="The condition's key, such as knee_pain.")
    score: int = strawberry.field(description="1 to 99; from 60 on, software does not offer the exercise.")


@strawberry.type(description="The conditions that speak against an exercise, or for it.")
class SafetyConstraint:
    avoid_if: list[str] = strawberry.field(description="Conditions that rule it out.")
    caution_if: list[str] = strawberry.field(description="Conditions with which it is modified.")
    indicated_for: list[str] = strawberry.field(description="Conditions that it is a treatment of.")
    stressors: list[str] = strawberry.field(description="How it loads the body; from them the conditions follow.")

    @field("What to do instead, by condition.", assumed_size=25)
    def modifications(root: strawberry.Parent[ShownSafety]) -> list[SafetyModification]:
        return cast(list[SafetyModification], root.constraint.modifications)

    @field("Scores of the conditions that do not rule it out.", assumed_size=25)
    def risk_scores(root: strawberry.Parent[ShownSafety]) -> list[ConditionRisk]:
        return [ConditionRisk(condition=key, score=score) for key, score in root.constraint.risk_scores.items()]


@strawberry.type(description="A condition of the person that speaks against the exercise.")
class SafetyWarning:
    condition: str = strawberry.field(description="The person's condition, or one that includes it.")

    @field("Whether it rules the exercise out.", "is_avoid")
    def level(root: strawberry.Parent[Any]) -> rules.RiskLevel:
        return rules.RiskLevel.AVOID if root.is_avoid else rules.RiskLevel.CAUTION

    modification: str | None = strawberry.field(description="What to do instead.")


@strawberry.type(
    description="An exercise for a person. isSafe is false where a condition rules it out, or where nobody has "
    "classified it; riskScore is 100 where it is ruled out, otherwise the sum of the scores, at most 99."
)
class SafetyAssessment:
    is_safe: bool = strawberry.field(description="False where it is ruled out, or not classified.")

    @field("0 to 100. Software offers exercises below 60.", "score")
    def risk_score(root: strawberry.Parent[Any]) -> int:
        return cast(int, root.score)

    is_classified: bool = strawberry.field(
        description="Whether its class and stressors are known. Where they are not, nothing listed does not mean safe."
    )
    warnings: list[SafetyWarning] = strawberry.field(
        description="The conditions that speak against it, what rules it out first.", metadata={"assumed_size": 2}
    )
    indicated_for: list[str] = strawberry.field(description="The person's conditions that it is a treatment of.")


async def condition_keys(
    info: Info, organization_id: UUID | None, conditions: list[str], *path: str
) -> tuple[str, ...]:
    """The keys of a person's conditions, as `checked_conditions` checks them. Raises Refused for unknown ones.

    Spellings that only exercises have are read where one is not in the vocabulary. Of an organization's exercises all
    are known to all of its members, so that an answer depends on the organization alone (it is cached); only those of
    exercises that the viewer sees are suggested.
    """
    checks, own, suggested = Checks(), set[str](), list[str]()
    if not all(len(text) <= MAX_CONDITION_LENGTH and meant(text) for text in conditions):
        viewer: Viewer = await info.context.viewer()
        whose = organization_id if organization_id is not None and viewer.organization(organization_id) else None
        sees_drafts = viewer.coaches(whose) if whose is not None else viewer.is_platform_admin
        rows = await info.context.load(conditions_of, (whose, sees_drafts))
        own = {folded(row.condition) for row in rows if whose is not None or row.is_shown}
        suggested = own_conditions(rows) if whose is None or viewer.sees_library(whose) else []
    keys = checked_conditions(conditions, own, checks, *path, suggested=suggested)
    checks.done()
    return keys
