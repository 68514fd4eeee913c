"""The lines that `kinegraph documents` prints: documents, what is wrong with them, and the clients that use them."""

from collections.abc import Iterator, Sequence

from kinegraph.formats.records import one_line
from kinegraph.persisted.rules_usage import OTHERS
from kinegraph.persisted.store_trusted import Listed, Stored
from kinegraph.persisted.store_usage import ClientUsage

MAX_CLIENTS_SHOWN = 10


def listed(document: Listed, clients: Sequence[ClientUsage]) -> Iterator[str]:
    """The lines of a trusted document."""
    yield f"{document.id}  {one_line(document.name)}, imported {document.created_at:%Y-%m-%d}{_uses(clients)}"
    yield from _clients(clients)


def broken(document: Stored, messages: Sequence[str], clients: Sequence[ClientUsage]) -> Iterator[str]:
    """The lines of a document that is not valid."""
    state = "BREAKS" if document.is_in_use else "breaks, not in use"
    ids = f"trusted as {', '.join(document.ids[:5])}" if document.ids else "registered"
    yield f"{state}: {document.hash} ({ids}){_uses(clients)}"
    yield from (f"  {message}" for message in messages)
    yield from _clients(clients)


def summary(total: int, in_use: int, unused: int) -> str:
    """The last line of a check."""
    if not in_use and not unused:
        return f"{total:,} documents, all of them valid."
    return f"{total:,} documents, {in_use:,} that are in use break, {unused:,} that are not."


def _uses(clients: Sequence[ClientUsage]) -> str:
    if not clients:
        return ", never used"
    return f", used {_times(sum(each.uses for each in clients))}, last {_time(clients[0])}"


def _clients(clients: Sequence[ClientUsage]) -> Iterator[str]:
    """A line for each of the clients that used a document last."""
    for each in clients[:MAX_CLIENTS_SHOWN]:
        name = _name(each)
        yield f"    {name}: {_times(each.uses)}, last {_time(each)}"
    if len(clients) > MAX_CLIENTS_SHOWN:
        yield f"    and {len(clients) - MAX_CLIENTS_SHOWN:,} clients more"


def _name(client: ClientUsage) -> str:
    """A client's name and version; one that begins as our own lines `(others)` and `(without a name)` is quoted."""
    name = one_line(f"{client.client_name} {client.client_version}".strip())
    is_ours = client.client_name == OTHERS and not client.client_version
    return f'"{name}"' if name.startswith("(") and not is_ours else name or "(without a name)"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _time(client: ClientUsage) -> str:
    return f"{client.last_used_at:%Y-%m-%d %H:%M} UTC"
