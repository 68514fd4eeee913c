"""The table of the vectors of queries."""

from pgvector.sqlalchemy import VECTOR
from sqlalchemy import Column, DateTime, Index, String, Table, func

from kinegraph.kit.database import UNVERSIONED, metadata

query_embeddings = Table(
    "query_embeddings",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("embedding", VECTOR(1024), nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("query_embeddings_used_at_idx", "used_at"),
    info=UNVERSIONED,
)
