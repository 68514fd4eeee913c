"""Vectors for the measured libraries and queries, where there is no key: those of `local_voyage`, which are no model's.

So the measurement says whether the list of vectors, its fusion and its modes work, and not how well a model knows the
language of training.
"""

from collections.abc import Iterable

import asyncpg

from kinegraph.embedding.rules_texts import exercise_text
from kinegraph.kit.database import Database
from kinegraph.kit.rows import Row
from kinegraph.outside.voyage import MODEL
from kinegraph.vectors.rules import hash_of, sent_text, text_of
from kinegraph.vectors.store import put
from local_voyage.vectors import vector


async def embed_exercises(url: str) -> None:
    """Store the vector of each exercise of a database."""
    owner = await asyncpg.connect(url, record_class=Row)
    rows = await owner.fetch("SELECT * FROM exercises WHERE deleted_at IS NULL")
    await owner.executemany(
        "UPDATE exercises SET embedding = $2::text::vector WHERE id = $1",
        [(row.id, str(vector(exercise_text(row)))) for row in rows],
    )
    await owner.close()


async def store_queries(database: Database, texts: Iterable[str]) -> None:
    """Store the vectors of these queries, where a process finds them: it sends nothing to the service."""
    forms = {*map(text_of, texts)}
    await put(database, {hash_of(MODEL, form): tuple(vector(sent_text(form))) for form in forms})
