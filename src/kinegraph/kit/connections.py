"""The GraphQL types of a page: Relay's cursor connections, and the arguments that ask for one."""

from dataclasses import replace
from typing import Annotated, Any, Generic, TypeVar  # Any: GraphQL reads a page's fields by name

import strawberry

from kinegraph.kit.context import Info
from kinegraph.kit.pages import Window, window

Node = TypeVar("Node")

Last = Annotated[int | None, strawberry.argument(description="The last rows in place of the first: so many, 0 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Cursor of the row that the page ends before.")]


def page_window(
    info: Info,
    order: str,
    default: int,
    kinds: tuple[type, ...],
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Window:
    """The window for the arguments of `info`'s field (`kit.pages.window`); `first` has its default in the schema.

    Raises Refused for bad arguments, and for a `first` that was sent beside `last`.
    """
    if last is not None and first == default and not _is_sent(info, "first"):
        first = None
    found = window(order, first, after, default, *kinds, last=last, before=before)
    return found if _selects_rows(info) else replace(found, has_rows=False)


def _selects_rows(info: Info) -> bool:
    """False if nothing but the number of rows is selected; a fragment may select more."""
    nodes = [each for node in info._raw_info.field_nodes for each in getattr(node.selection_set, "selections", ())]
    return not nodes or any(each.kind != "field" or each.name.value != "totalCount" for each in nodes)


def _is_sent(info: Info, name: str) -> bool:
    """True if the field's argument has a value in the document or by a variable, false if it has its default."""
    arguments: dict[str, Any] = {node.name.value: node.value for node in info._raw_info.field_nodes[0].arguments or ()}
    value = arguments.get(name)
    if value is not None and value.kind == "variable":
        return value.name.value in info.variable_values
    return value is not None


@strawberry.type(description="Where a page stands in its list (Relay's cursor connections).")
class PageInfo:
    has_next_page: bool = strawberry.field(
        description="Whether rows follow this page: the row of `before` does, and with `first` further ones may."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether rows come before this page: the row of `after` does, and with `last` further ones may."
    )
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first row: pass it as `before`, with `last`, for the page before."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last row: pass it as `after` for the next page."
    )


@strawberry.type(description="One row of a page, and its place in the list.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(
        description="The row's place: pass it as `after` to go on behind it, as `before` to end before it."
    )
    node: Node = strawberry.field(description="The object that stands at this place of the list.")


async def _total(root: strawberry.Parent[Any]) -> int:
    count: int = await root.total()
    return count


@strawberry.type(
    description="One page of a list, in a total order: walking it by `after`, or from its end by `before`, meets every "
    "row once."
)
class Connection(Generic[Node]):
    nodes: list[Node] = strawberry.field(description="The rows of this page.")
    edges: list[Edge[Node]] = strawberry.field(description="The same rows, each with its cursor.")
    page_info: PageInfo = strawberry.field(description="Whether more rows follow, and from which cursor.")

    total_count: int = strawberry.field(
        resolver=_total, description="Rows in the whole list, whatever the page; counted only when asked for."
    )
