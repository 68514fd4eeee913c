"""The query of a cursor to begin from."""

import strawberry

from kinegraph.events import store as store_events
from kinegraph.events.rules_cursors import encode_cursor
from kinegraph.kit.context import Info
from kinegraph.kit.graph import field


@strawberry.type
class Query:
    @field(
        "A cursor of now, for any subscription of the caller's. Queried together with what is shown, and passed as "
        "`after` to a subscription, it leaves no gap between the two."
    )
    async def event_cursor(self, info: Info) -> str:
        session = await info.context.session()
        return encode_cursor(await store_events.last_position(session), session.viewer.user.id)
