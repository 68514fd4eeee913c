"""GraphQL documents about treatment plans, and functions that send them."""

from typing import Any, TypeAlias  # inputs and answers are JSON

import asyncpg

from kinegraph.kit.rows import Row

Json: TypeAlias = dict[str, Any]
Pool: TypeAlias = "asyncpg.Pool[Row]"
"""The module's database past row-level security: the fixture `owner`."""
