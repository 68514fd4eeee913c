"""Embedding one batch of claimed rows: read their texts, send what is new, store the vectors."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol
from uuid import UUID

from kinegraph.background.jobs import JobRun
from kinegraph.embedding import store, store_vectors
from kinegraph.embedding.rules import Mark, Source, Vector
from kinegraph.embedding.store_sources import READERS
from kinegraph.identity.store import act_for_organizations
from kinegraph.kit.database import Database
from kinegraph.kit.outbox import act_as_worker
from kinegraph.outside.vendor_calls import Retried
from kinegraph.outside.voyage import MODEL, RequestRefused, batches


class EmbeddingService(Protocol):
    """The service that makes vectors of texts (outside.voyage)."""

    async def embed_documents(self, texts: Sequence[str], retried: Retried | None = None) -> list[list[float]]:
        """A vector for each text. Raises ServiceError; what `retried` raises ends it."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of rows that a run has done so far, by outcome. `before`: all those of the job's earlier runs."""

    before: int = 0
    embedded: int = 0
    unchanged: int = 0
    refused: int = 0

    @property
    def done(self) -> int:
        """The number of rows that need nothing more until their texts change."""
        return self.before + self.embedded + self.unchanged + self.refused

    @property
    def message(self) -> str:
        """A sentence on what was done."""
        refused = f" The service refused the texts of {self.refused}." if self.refused else ""
        return f"{self.done - self.refused} rows have the vectors of their texts.{refused}"


@dataclass
class Embedding:
    """One run of a job that embeds rows of some kinds; only those with `ids`, where they are given."""

    database: Database
    service: EmbeddingService
    run: JobRun
    kinds: Collection[str]
    ids: Collection[UUID] | None
    counts: Counts = field(default_factory=Counts)


async def embed_batch(work: Embedding, kind: str, marks: Sequence[Mark]) -> None:
    """Embed the rows of claimed marks, and store their vectors together with the job's progress."""
    sources = await _sources(work.database, kind, marks)
    await _mark_dependents(work.database, sources.values())
    stale = [each for each in sources.values() if not each.is_fresh]
    texts = [*dict.fromkeys(each.text for each in stale if each.text)]
    made = await _vectors(work, texts)
    changed = {each.id: Vector(each.id, each.hash, made.get(each.text or "")) for each in stale}
    gone = {each.row_id: Vector(each.row_id, None, None) for each in marks if each.row_id not in sources}
    refused = {each.id for each in stale if each.text and each.text not in made}
    async with work.database.write(act_as_worker) as session:
        await store_vectors.act_as_writer(session, {each.organization_id for each in marks})
        finished = await store.lock_claimed(session, work.run.id, kind, marks)
        vectors = [each for id, each in (changed | gone).items() if id in finished]
        finished -= await store_vectors.put(session, kind, vectors)
        await store.delete_marks(session, kind, finished)
        counts = replace(
            work.counts,
            embedded=work.counts.embedded + len(finished & changed.keys() - refused),
            unchanged=work.counts.unchanged + len(finished - changed.keys()),
            refused=work.counts.refused + len(finished & refused),
        )
        await work.run.report(session, done=counts.done, message=counts.message)
    work.counts = counts


async def _sources(database: Database, kind: str, marks: Sequence[Mark]) -> dict[UUID, Source]:
    """The texts of the rows of marks, by id; none for rows that are gone."""
    organizations = {each.organization_id for each in marks if each.organization_id is not None}
    async with database.read() as session:
        await act_for_organizations(session, organizations)
        found = await READERS[kind](session, MODEL, [each.row_id for each in marks])
    return {each.id: each for each in found}


async def _mark_dependents(database: Database, sources: Iterable[Source]) -> None:
    """Mark what repeats texts of these rows. In a transaction of its own: it may wait for an edit of what it marks."""
    changed = [each for each in sources if each.has_dependents]
    if changed:
        async with database.write(act_as_worker) as session:
            ids = [each.exercise_id for each in changed if each.exercise_id is not None]
            await store.mark_dependents(session, ids, [each.organization_id for each in changed])


async def _renew_claims(work: Embedding) -> None:
    async with work.database.write(act_as_worker) as session:
        await store.renew(session, work.run.id)


async def _vectors(work: Embedding, texts: Sequence[str]) -> Mapping[str, Sequence[float]]:
    """The vector of each text that the service does not refuse: of a refused request, both halves are sent again.

    The claims are renewed after each request, for the next one. Raises ServiceError: RequestRefused where all texts are
    refused, which is no fault of theirs.
    """
    made: dict[str, Sequence[float]] = {}
    refusal = None
    waiting = [*batches(texts)]
    while waiting:
        request = waiting.pop(0)
        try:
            vectors = await work.service.embed_documents(request, partial(work.run.show_retry, work.database))
            made |= zip(request, vectors, strict=True)
        except RequestRefused as error:
            refusal = error
            half = len(request) // 2
            waiting += [request[:half], request[half:]] if half else []
        if waiting:
            await _renew_claims(work)
    if refusal is not None and not made:
        raise refusal
    return made
