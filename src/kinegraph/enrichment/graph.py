"""Proposed aliases and the accounts of enrichment runs, as the API shows them to platform admins."""

from datetime import datetime

import strawberry

from kinegraph.background import store as store_jobs
from kinegraph.background.graph import Job
from kinegraph.enrichment import rules, store_reviews, store_runs
from kinegraph.exercise import store as store_exercises
from kinegraph.exercise.graph import Exercise
from kinegraph.identity import store_nodes as store_people
from kinegraph.identity.graph import User
from kinegraph.kit.enums import described_enum
from kinegraph.kit.graph import Node, edge, extends, node

described_enum(
    rules.AliasLanguage,
    "A language in which aliases are proposed.",
    HE="Hebrew, in Hebrew letters.",
    RU="Russian, in Cyrillic letters.",
)
described_enum(
    rules.AliasState,
    "The state of a proposed alias.",
    PROPOSED="It waits for a review; `appliedAt` says whether it is an alias meanwhile.",
    ACCEPTED="A reviewer accepted it, and it became an alias.",
    REJECTED="A reviewer rejected it: it is no alias, and is not proposed again.",
)


@node(store_reviews.by_ids, "alias_proposals")
@strawberry.type(description="An alias of a canonical exercise that a language model proposed, for people to review.")
class AliasProposal(Node):
    id: strawberry.ID = strawberry.field(description="The proposal's id.")
    exercise: Exercise = edge(store_exercises.sources, "exercise_id", "The canonical exercise that it would name.")
    language: rules.AliasLanguage = strawberry.field(description="The language that it is in.")
    text: str = strawberry.field(description="The alias, as a reviewer edited it, else as it was proposed.")
    proposed_text: str = strawberry.field(description="The alias as the language model wrote it.")
    state: rules.AliasState = strawberry.field(description="Whether it was reviewed, and how.")
    shared_with: Exercise | None = edge(
        store_exercises.sources,
        "shared_with_id",
        "Another canonical exercise that had the text as a name when it was proposed, or for which it was proposed "
        "too; null without one. Such a proposal is never applied without a review.",
    )
    applied_at: datetime | None = strawberry.field(
        description="When it became an alias; null where it is none, as after its rejection or removal."
    )
    model: str = strawberry.field(description="The language model that proposed it.")
    job: Job | None = edge(store_jobs.jobs, "job_id", "The job that it is from; null where that was deleted.")
    reviewer: User | None = edge(
        store_people.people,
        "reviewed_by_user_id",
        "The reviewer; null before the review, and where the caller may not see the person.",
    )
    reviewed_at: datetime | None = strawberry.field(description="When it was reviewed; null before.")
    created_at: datetime = strawberry.field(description="When it was proposed.")


@strawberry.type(description="The account of a job that enriches canonical exercises.")
class EnrichmentRun:
    model: str = strawberry.field(description="The language model that answered.")
    requests: int = strawberry.field(description="Requests that were answered, also unreadably.")
    input_tokens: int = strawberry.field(description="Tokens of all requests.")
    output_tokens: int = strawberry.field(description="Tokens of all answers.")
    cost: int = strawberry.field(description="The cost of these tokens in micro-dollars (millionths of a US dollar).")
    max_cost: int = strawberry.field(description="The budget of the job in micro-dollars; its cost stays within it.")
    enriched: int = strawberry.field(description="Exercises with a readable answer.")
    proposed: int = strawberry.field(description="Aliases that were proposed.")
    applied: int = strawberry.field(description="Those of them that became aliases at once (`applyUnreviewed`).")
    refused: int = strawberry.field(description="Texts of answers that the rules refused.")
    unreadable: int = strawberry.field(description="Answers that could not be read, and were requested again.")


@extends(Job)
class JobEnrichment:
    enrichment: EnrichmentRun | None = edge(
        store_runs.runs_of_jobs,
        "id",
        "What an ENRICH_CANONICAL job did and cost so far; null for other jobs, and before it was begun.",
    )
