"""The languages and states of proposed aliases, when an exercise is due, and how aliases are added and taken back."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol  # Any: arguments of jobs, and what was enriched before, as JSON
from uuid import UUID

import orjson

from kinegraph.exercise.rules_columns import MAX_ENTRIES
from kinegraph.kit.errors import Conflict, Path
from kinegraph.kit.text import identity_of
from kinegraph.language.rules_text import search_text

MAX_EXERCISES = 50_000
"""Maximum number of exercises of one run; the others are left to the next."""
MAX_IDS = 500
"""Maximum number of exercises that a request names."""
MAX_REVIEWS = 100
"""Maximum number of proposals that one request reviews."""


class AliasLanguage(StrEnum):
    """A language in which aliases are proposed, by its code in ISO 639-1."""

    HE = "he"
    RU = "ru"


class AliasState(StrEnum):
    """The state of a proposed alias."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class AliasDecision(StrEnum):
    """A reviewer's decision about a proposed alias."""

    ACCEPT = "accept"
    REJECT = "reject"


DECIDED: Mapping[AliasDecision, AliasState] = {
    AliasDecision.ACCEPT: AliasState.ACCEPTED,
    AliasDecision.REJECT: AliasState.REJECTED,
}
"""The state that follows a decision. A proposal is decided once."""


NO_KEY = "No language model is configured: set KINEGRAPH_ANTHROPIC_API_KEY for the API and the worker."
NO_PRICE = (
    "There is no price for the model {model}: set KINEGRAPH_ANTHROPIC_INPUT_PRICE and "
    "KINEGRAPH_ANTHROPIC_OUTPUT_PRICE, in US dollars for a million tokens."
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a job: the languages, these exercises or all that are due, and how.

    `applies`: proposals become aliases at once. `is_forced`: exercises that were enriched before are enriched again.
    `max_cost`: the budget in micro-dollars; None for that of the settings.
    """

    languages: tuple[AliasLanguage, ...]
    ids: tuple[UUID, ...] | None
    applies: bool
    is_forced: bool
    max_cost: int | None

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> "Plan":
        """The plan of a job with these arguments."""
        ids = arguments.get("ids")
        return cls(
            tuple(AliasLanguage(each) for each in arguments.get("languages", AliasLanguage)),
            None if ids is None else tuple(map(UUID, ids)),
            arguments.get("applies", False),
            arguments.get("is_forced", False),
            arguments.get("max_cost"),
        )


class ExerciseToEnrich(Protocol):
    """A canonical exercise, and what was enriched before.

    `applied_identities` are those of proposals that became aliases; `states` has, by language, the `hash` of the
    content that was last answered, and the job (`job`) that did it, null while a job has it.
    """

    id: UUID
    name: str
    aliases: list[str]
    equipment: list[str]
    primary_muscles: list[str]
    applied_identities: list[str]
    states: dict[str, dict[str, Any]]


class ProposalRow(Protocol):
    """A row of `alias_proposals`."""

    id: UUID
    exercise_id: UUID
    language: str
    text: str
    proposed_text: str
    state: str
    shared_with_id: UUID | None
    model: str
    job_id: UUID | None
    applied_at: datetime | None
    reviewed_by_user_id: UUID | None
    reviewed_at: datetime | None
    created_at: datetime


def alias_identity(text: str) -> str:
    """The form in which proposals are compared with names, and with each other (`kinegraph_alias_identity`).

    Spellings that search does not tell apart are one: ye and yo, geresh and apostrophe, with a hyphen or without.
    """
    return search_text(text).replace(" ", "")


class AlreadyReviewed(Conflict):
    """Another reviewer has decided about the proposal."""


class AliasesFull(Conflict):
    """The exercise has as many aliases as it may have."""


def content_hash(exercise: ExerciseToEnrich) -> str:
    """The hash of what people wrote of an exercise's names: its name, and its aliases that were not proposed."""
    applied = frozenset(exercise.applied_identities)
    written = sorted({alias_identity(alias) for alias in exercise.aliases} - applied)
    return hashlib.sha256(orjson.dumps([exercise.name, written])).hexdigest()


def due_languages(
    exercise: ExerciseToEnrich, languages: Sequence[AliasLanguage], job_id: UUID, *, is_forced: bool
) -> list[AliasLanguage]:
    """The languages, of these, in which an exercise is to be enriched by a job.

    Those in which its content was not answered yet. With `is_forced` all that this job did not answer.
    """
    current = content_hash(exercise)
    before = {language: exercise.states.get(language, {}) for language in languages}
    return [
        language
        for language, state in before.items()
        if state.get("hash") != current or (is_forced and state.get("job") != str(job_id))
    ]


def with_alias(aliases: Sequence[str], text: str, *path: str) -> list[str]:
    """The aliases with one more at their end, unless it is among them. Raises AliasesFull at `path`."""
    if has_alias(aliases, text):
        return [*aliases]
    if len(aliases) >= MAX_ENTRIES:
        raise AliasesFull(f"The exercise has {MAX_ENTRIES} aliases, as many as it may have; remove one first.", *path)
    return [*aliases, text]


def without_alias(aliases: Sequence[str], text: str) -> list[str]:
    """The aliases without this one, whatever its case. Another spelling of it stays: somebody wrote it."""
    identity = identity_of(text)
    return [alias for alias in aliases if identity_of(alias) != identity]


def has_alias(aliases: Collection[str], text: str) -> bool:
    """True if a text is among the aliases, whatever its case."""
    identity = identity_of(text)
    return any(identity_of(alias) == identity for alias in aliases)


def reviewed_aliases(
    aliases: Sequence[str], proposal: ProposalRow, decision: AliasDecision, text: str | None, path: Path
) -> list[str]:
    """The aliases of an exercise after the decision about one of its proposals. Raises AliasesFull at `path`.

    `text` replaces the proposal's. Only an alias that the proposal itself became is taken back.
    """
    if decision is AliasDecision.REJECT:
        return without_alias(aliases, proposal.text) if proposal.applied_at is not None else [*aliases]
    if text is not None and proposal.applied_at is not None:
        aliases = without_alias(aliases, proposal.text)
    return with_alias(aliases, text or proposal.text, *path)
