"""The context of one request: its viewer, its one transaction, and the loads that its document pools."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import strawberry

from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from kinegraph.kit.loader import BatchLoader, RequestTasks
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Authenticate, ReadSession, WriteSession

Batch = Callable[..., Awaitable[Sequence[Any]]]
"""`async (session, keys, **arguments) -> answers in key order`: the only way to read related rows."""


class Context:
    """One request: its viewer, its one transaction, and the loads that its document pools.

    The session is opened by the first field that needs it; whoever made the context finishes it.
    `storage` is the object storage (outside.storage), for fields that sign addresses, `address` the API's own as
    clients know it. `columns_by_node` are the columns that the
    document selects of each list's rows, by the id of the list's field node, as far as the executor knows them.
    """

    def __init__(
        self,
        database: Database,
        authenticate: Authenticate | None,
        *,
        writes: bool,
        storage: Any = None,
        address: str = "",
        fault: str = "",
    ) -> None:
        self.storage = storage
        self.address = address
        self.columns_by_node: Mapping[int, frozenset[str] | None] = {}
        self._database = database
        self._authenticate = authenticate
        self.writes = writes
        self._fault = fault or "Sign in: send the header `Authorization: Bearer <token>`."
        self._mutation: AsyncExitStack | None = None
        self._session: ReadSession[Any] | None = None
        self._opening: asyncio.Task[ReadSession[Any]] | None = None
        self._tasks = RequestTasks()
        self._loaders: dict[Hashable, BatchLoader] = {}

    async def session(self) -> ReadSession[Any]:
        """The request's session. Raises Unauthenticated where nobody, or nobody known, is signed in.

        Fields that ask at once wait for one task and go on together, so that what they load next is pooled.
        """
        if self._session is not None:
            return self._session
        if self._opening is None:
            self._opening = self._tasks.start(self.open())
        return await asyncio.shield(self._opening)

    async def open(self) -> ReadSession[Any]:
        """Open the request's session in the task that calls; for callers that know that no other does."""
        if self._authenticate is None:
            raise Unauthenticated(self._fault)
        if self.writes:
            self._session = await self._database.begin_write(self._authenticate)
        else:
            self._session = await self._database.begin_read(self._authenticate)
        return self._session

    @property
    def opened(self) -> ReadSession[Any] | None:
        """The session, where there is one by now."""
        return self._session

    async def write_session(self) -> WriteSession[Any]:
        """The request's session, for writing. The first call in a `mutation` sets its savepoint."""
        session = await self.session()
        if not isinstance(session, WriteSession):
            raise TypeError("A query's session cannot write.")
        if self._mutation is not None:
            mutation, self._mutation = self._mutation, None
            await mutation.enter_async_context(session.savepoint())
        return session

    @asynccontextmanager
    async def mutation(self) -> AsyncIterator[None]:
        """A block for one mutation of the request, whose writes are rolled back if it raises.

        Its savepoint is set when it first calls `write_session`. A mutation waits for other services before that, so
        that no transaction waits for them.
        """
        async with AsyncExitStack() as self._mutation:
            yield

    @asynccontextmanager
    async def preliminary_session(self) -> AsyncIterator[ReadSession[Any]]:
        """A session for what a mutation must know before it writes: a short one, unless one is open already."""
        if self._session is not None or self._opening is not None:
            yield await self.session()
        elif self._authenticate is None:
            raise Unauthenticated(self._fault)
        else:
            async with self._database.read(self._authenticate) as session:
                yield session

    async def viewer(self) -> Any:
        """Who is asking."""
        return (await self.session()).viewer

    async def load(self, batch: Batch, key: Hashable, **arguments: Hashable) -> Any:
        """What `batch` answers for `key`, in one call for all keys of this level and these arguments."""
        name = (batch, tuple(arguments.items()))
        loader = self._loaders.get(name)
        if loader is None:
            loader = BatchLoader(self._tasks, functools.partial(self._run, batch, arguments))
            self._loaders[name] = loader
        return await loader.load(key)

    def requested_columns(self, info: "Info") -> frozenset[str] | None:
        """What is going to be read of the rows that `info`'s field answers with; None where that is not known."""
        return self.columns_by_node.get(id(info._raw_info.field_nodes[0]))

    async def load_columns(self, info: "Info", batch: Batch, key: Hashable) -> Any:
        """The same for a narrowed batch, which reads no more than `info`'s field is asked to show."""
        names = self.requested_columns(info)
        return await (self.load(batch, key) if names is None else self.load(batch, key, names=names))

    async def page(
        self,
        pages: Batch,
        counts: Batch,
        key: Hashable,
        window: Window,
        names: frozenset[str] | None = None,
        beside: Mapping[str, Batch] = MappingProxyType({}),
        **arguments: Hashable,
    ) -> Any:
        """One page of a list, which counts the whole list, and the like (`beside`), only when asked to.

        `names` is what is read of its rows.
        """
        narrowed = {} if names is None else {"names": names}
        found: Page = await self.load(pages, key, window=window, **narrowed, **arguments)
        others = {name: functools.partial(self.load, batch, key, **arguments) for name, batch in beside.items()}
        return replace(found, total=functools.partial(self.load, counts, key, **arguments), beside=others)

    async def _run(self, batch: Batch, arguments: Mapping[str, Any], keys: list[Any]) -> Sequence[Any]:
        return await batch(await self.session(), keys, **arguments)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A context manager in which one resolver runs alone: what it loads is asked at once."""
        self._tasks.is_alone = True
        try:
            yield
        finally:
            self._tasks.is_alone = False

    def hold(self) -> AbstractContextManager[None]:
        """A context manager in which what fields load is pooled, and not asked yet."""
        return self._tasks.hold()

    def forget(self) -> None:
        """Drop what was loaded: rows were written since."""
        self._loaders.clear()

    async def renew(self) -> None:
        """End a query's transaction, and let the next field that needs one open another."""
        await self.finish(commit=False)
        self._tasks = RequestTasks()
        self._opening = None

    async def finish(self, *, commit: bool) -> None:
        """End everything that the request started, then its transaction: commit it, or take everything back."""
        try:
            await self._tasks.end()
        finally:
            self._loaders.clear()
            session, self._session = self._session, None
            if session is not None:
                await self._database.end(session, commit=commit)


Info = strawberry.Info[Context, None]
