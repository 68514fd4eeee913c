"""The GraphQL types of a page: Relay's cursor connections."""

from typing import Any, Generic, TypeVar  # Any: GraphQL reads a page's fields by name

import strawberry

Node = TypeVar("Node")


@strawberry.type(description="Where a page stands in its list (Relay's cursor connections).")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether rows come before it: true for any page asked for with `after`."
    )
    start_cursor: str | None = strawberry.field(description="Cursor of the first row; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last row: pass it as `after` for the next page."
    )


@strawberry.type(description="One row of a page, and its place in the list.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(description="The row's place: pass it as `after` to go on behind it.")
    node: Node = strawberry.field(description="The row.")


async def _total(root: strawberry.Parent[Any]) -> int:
    count: int = await root.total()
    return count


@strawberry.type(description="One page of a list, in a total order: walking it by `after` meets every row once.")
class Connection(Generic[Node]):
    nodes: list[Node] = strawberry.field(description="The rows of this page.")
    edges: list[Edge[Node]] = strawberry.field(description="The same rows, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Whether more rows follow, and from which cursor.")

    total_count: int = strawberry.field(
        resolver=_total, description="Rows in the whole list, whatever the page; counted only when asked for."
    )
