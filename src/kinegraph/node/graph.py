"""The queries of objects of any type: `node` and `nodes`."""

from collections.abc import Sequence
from typing import Annotated, Any  # Any: the objects are of any type

import strawberry

from kinegraph.kit.batches import NODES
from kinegraph.kit.context import Info
from kinegraph.kit.errors import InvalidInput
from kinegraph.kit.graph import Node, field
from kinegraph.node import store

MAX_IDS = 100
"""Maximum number of ids in one field `nodes`."""


async def _load(info: Info, ids: Sequence[str]) -> Any:
    """The objects of these ids, with the columns that the field selects of each type."""
    columns = tuple((name, info.context.requested_columns(info, name)) for name in NODES)
    return await info.context.load(store.nodes, tuple(ids), columns=columns)


@strawberry.type
class Query:
    @field("An object of any type by its id; null where there is none, or none that the caller may see.")
    async def node(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="Any id that the API gave out.")]
    ) -> Node | None:
        found: Node | None = (await _load(info, (id,)))[0]
        return found

    @field("The same for many ids, in their order.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description=f"Ids, at most {MAX_IDS}.")],
    ) -> list[Node | None]:
        if len(ids) > MAX_IDS:
            raise InvalidInput(f"Must be at most {MAX_IDS} ids; these are {len(ids)}.", "ids")
        found: list[Node | None] = await _load(info, ids)
        return found
