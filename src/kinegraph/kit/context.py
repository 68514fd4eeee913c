"""The context of one GraphQL request: its session, and the batch loaders of its fields.

A request has one session at a time, that is one transaction for one viewer: a planned query's is opened before its
fields are executed, any other by the first field that asks for it (a mutation's fields by `write_session`).
Whoever made the context calls `finish`, which commits a mutation or rolls it back; a query's COMMIT is deferred
(kit.pool).

Two executors run fields. The breadth-first executor calls the batch functions of edges itself, with `session`. Where
graphql-core executes an operation, and in resolvers, fields call `load`, and a batch loader collects their keys.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any  # viewers, keys and answers: each room has its own

import strawberry

from kinegraph.kit.database import Database
from kinegraph.kit.errors import Refusal, Refused, Unauthenticated
from kinegraph.kit.loader import BatchLoader, RequestTasks
from kinegraph.kit.pages import Page, Window
from kinegraph.kit.sessions import Authenticate, ReadSession, WriteSession

Batch = Callable[..., Awaitable[Sequence[Any]]]
"""A batch function, `async (session, keys, **arguments) -> answers in key order`: it alone reads related rows."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """A field of the root that needs another service, before the transaction of its request begins.

    `arguments` has those of each selection of the field, as graphql-core coerced them. `services` are those of the
    process (api.execution). `charge` adds a cost to the caller's account.
    """

    services: Any
    arguments: Sequence[Mapping[str, Any]]
    is_signed_in: bool
    charge: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The abilities that configured optional services give; mutations refuse what none of them gives."""

    has_embeddings: bool = False
    """Whether jobs that embed texts can be run."""
    enrichment_budget: int | None = None
    """Micro-dollars that a job of the language model may spend; None where none can be run."""


NO_SERVICES = Capabilities()

Prepare = Callable[[Preparation], Awaitable[Any]]
"""Obtains what a field needs, for all its selections in a document: its result is in `Context.prepared`.

It waits a bounded time, and raises nothing: what it could not obtain, its result says.
"""

SIGN_IN = "Sign in: send the header `Authorization: Bearer <token>`."


class Context:
    """One request: its session, and the batch loaders of its fields.

    `authenticate` sets the viewer; None where nobody is signed in. `writes` says whether the session may write.
    `storage` is the object storage (outside.storage), `address` the API's own URL; `addresses` signs some below it.
    `prepared` has what fields of the root obtained before, by function; `capabilities` are of the optional services.
    """

    def __init__(
        self,
        database: Database,
        authenticate: Authenticate | None,
        *,
        writes: bool,
        storage: Any = None,
        address: str = "",
        prepared: Mapping[Prepare, Any] = MappingProxyType({}),
        capabilities: Capabilities = NO_SERVICES,
        addresses: Any = None,
    ) -> None:
        self.prepared = prepared
        self.has_used_storage = False
        """True once a field took the object storage, whose addresses end."""
        self.is_observed = False
        """Whether its sessions record their statements."""
        self._storage = storage
        self.address = address
        self.capabilities = capabilities
        self.addresses = addresses
        self.writes = writes
        self.columns_by_node: Mapping[Hashable, frozenset[str] | None] = {}
        """The columns that the document selects of each list's rows, by `id` of the list's field node, and where
        the field has an abstract type, by that and the name of the row's type.

        Set by the executor; None, or no entry, where they are unknown."""
        self.statements = 0
        """The statements of its sessions that have ended."""
        self.notes: dict[str, list[dict[str, Any]]] = {}
        """Notes of fields on their answers, sent as `extensions` of the response, by subject."""
        self.has_mutated = False
        """True once a mutation was done."""
        self.is_worth_a_retry = False
        """True once a mutation was refused for a reason that may be gone later (`Refusal.is_temporary`)."""
        self._database = database
        self._authenticate = authenticate
        self._mutation: AsyncExitStack | None = None
        self._session: ReadSession[Any] | None = None
        self._opening: asyncio.Task[ReadSession[Any]] | None = None
        self._tasks = RequestTasks()
        self._loaders: dict[Hashable, BatchLoader] = {}
        self._parents: dict[tuple[str | int, ...], Any] = {}

    def remember_parent(self, info: "Info", parent: Any) -> None:
        """Have `ancestor` find the object of `info`'s field, which graphql-core executes."""
        self._parents[tuple(info.path.as_list())] = parent

    def ancestor(self, info: "Info", type_name: str) -> Any:
        """The nearest object of this type above that of `info`'s field, whose own field is remembered; or None."""
        path: Any = info.path
        while path and path.typename != type_name:
            path = path.prev
        return path and getattr(path, "parent", self._parents.get(tuple(path.as_list())))

    async def session(self) -> ReadSession[Any]:
        """The request's session, opened by the first call. Raises Unauthenticated.

        Fields that call this at the same time wait for one task and continue in the same turn of the event loop, so
        that the keys that they load next form one batch.
        """
        if self._session is not None:
            return self._session
        if self._opening is None:
            self._opening = self._tasks.start(self.open())
        return await asyncio.shield(self._opening)

    async def open(self) -> ReadSession[Any]:
        """Open the request's session, where no other task can do so at the same time. Raises Unauthenticated."""
        if self._authenticate is None:
            raise Unauthenticated(SIGN_IN)
        if self.writes:
            self._session = await self._database.begin_write(self._authenticate)
        else:
            self._session = await self._database.begin_read(self._authenticate)
        if self.is_observed:
            self._session.observed = set()
        return self._session

    def note(self, subject: str, path: list[str | int], **said: str) -> None:
        """Say something of a field's answer in the `extensions` of the response."""
        self.notes.setdefault(subject, []).append({"path": path, **said})

    @property
    def storage(self) -> Any:
        """The object storage."""
        self.has_used_storage = True
        return self._storage

    @property
    def opened(self) -> ReadSession[Any] | None:
        """The session, or None where no field has needed one yet."""
        return self._session

    async def write_session(self) -> WriteSession[Any]:
        """The request's session, for writing. The first call in a block of `mutation()` sets its savepoint."""
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
        that no transaction waits for them but that of a request with several mutations, which later ones find open.
        """
        try:
            async with AsyncExitStack() as self._mutation:
                yield
        except (Refusal, Refused) as error:
            self.is_worth_a_retry |= any(refusal.is_temporary for refusal in error.refusals)
            raise
        finally:
            self._mutation = None  # no later call of `write_session` sets a savepoint of this one
        self.has_mutated = True

    @asynccontextmanager
    async def preliminary_session(self) -> AsyncIterator[ReadSession[Any]]:
        """A session for reads before a mutation writes: a short one of its own, unless the request's is open."""
        if self._session is not None or self._opening is not None:
            yield await self.session()
        elif self._authenticate is None:
            raise Unauthenticated(SIGN_IN)
        else:
            async with self._database.read(self._authenticate) as session:
                try:
                    yield session
                finally:
                    self.statements += session.statements

    async def viewer(self) -> Any:
        """The viewer of the request's session."""
        return (await self.session()).viewer

    async def load(self, batch: Batch, key: Hashable, **arguments: Hashable) -> Any:
        """The answer of a batch function to a key, by one call for all keys that are loaded at the same time."""
        loader_key = (batch, tuple(arguments.items()))
        loader = self._loaders.get(loader_key)
        if loader is None:
            loader = BatchLoader(self._tasks, functools.partial(self._run, batch, arguments))
            self._loaders[loader_key] = loader
        return await loader.load(key)

    def requested_columns(self, info: "Info", type_name: str | None = None) -> frozenset[str] | None:
        """The columns that are selected of the rows of `info`'s field; None where they are unknown.

        `type_name` is the type of the rows where that of the field is abstract.
        """
        node = id(info._raw_info.field_nodes[0])
        return self.columns_by_node.get(node if type_name is None else (node, type_name))

    async def load_columns(self, info: "Info", batch: Batch, key: Hashable) -> Any:
        """The answer of a narrowed batch function (kit.batches): `info`'s columns, and those that it always selects."""
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
        """One page of a list, by the batch function `pages`.

        It, `counts` (the length of the list) and those of `beside` are called only if a field needs them. `names` are
        the columns that are read of the page's rows; None for all.
        """
        wanted = {**arguments, "window": window, **({} if names is None else {"names": names})}
        page = await self.load(pages, key, **wanted) if window.has_rows else Page.of((), window)
        others = {name: functools.partial(self.load, batch, key, **arguments) for name, batch in beside.items()}
        return replace(page, total=functools.partial(self.load, counts, key, **arguments), beside=others)

    async def _run(self, batch: Batch, arguments: Mapping[str, Any], keys: list[Any]) -> Sequence[Any]:
        return await batch(await self.session(), keys, **arguments)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """A block in which one resolver runs alone: its keys are loaded at once, without waiting for others."""
        self._tasks.is_alone = True
        try:
            yield
        finally:
            self._tasks.is_alone = False

    def hold(self) -> AbstractContextManager[None]:
        """A block in which keys are collected and no batch function is called; the calls follow at its end."""
        return self._tasks.hold()

    def clear_loaders(self) -> None:
        """Drop all loaded answers, since rows were written."""
        self._loaders.clear()

    async def restart(self) -> None:
        """Roll the session back, and forget what fields did, but not `has_used_storage`.

        The next field that needs a session opens another.
        """
        await self.finish(commit=False)
        self._tasks = RequestTasks()
        self._opening = None
        self._parents = {}
        self.notes = {}
        self.has_mutated = self.is_worth_a_retry = False

    async def finish(self, *, commit: bool) -> None:
        """Cancel the request's tasks, then end its session: commit its transaction, or roll it back."""
        try:
            await self._tasks.end()
        finally:
            self._loaders.clear()
            session, self._session = self._session, None
            if session is not None:
                self.statements += session.statements
                await self._database.end(session, commit=commit)


Info = strawberry.Info[Context, None]
