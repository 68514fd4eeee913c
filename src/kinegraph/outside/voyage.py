"""Voyage AI: vectors of texts by `voyage-multilingual-2`, through its SDK, which is imported at the first call.

The vendor's limits (docs.voyageai.com, Text Embeddings and Rate Limits) are 1,000 texts and 120,000 tokens for a
request, and 2,000 requests and 3,000,000 tokens for a minute. A request has at most half of the tokens, because their
number is estimated: the vendor's tokenizer would have to be downloaded. A process uses at most a third of what a
minute allows, because the limits are those of the account, which all processes of an installation share.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property
from importlib import import_module
from typing import Any  # the SDK is imported late, so that its types are not known here

from kinegraph.outside.errors import ServiceError
from kinegraph.outside.vendor_calls import PassingFault, Patience, Retried, VendorCalls, retry_after_seconds

MODEL = "voyage-multilingual-2"
DIMENSIONS = 1024
MAX_REQUEST_TEXTS, MAX_REQUEST_TOKENS = 1_000, 60_000
REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE = 300, 1_000_000

DOCUMENTS = Patience(max_calls=4, call_seconds=20, deadline_seconds=120)


class RequestRefused(ServiceError):
    """Voyage refuses one of the texts of a request. It would again."""


class Voyage:
    """The service of embeddings. All its failures are ServiceErrors."""

    def __init__(self, key: str, url: str | None = None, calls: VendorCalls | None = None) -> None:
        self._key = key
        self._url = url and url.rstrip("/")
        self._session: Any = None
        self._calls = calls or VendorCalls(
            "Voyage", requests_per_minute=REQUESTS_PER_MINUTE, tokens_per_minute=TOKENS_PER_MINUTE
        )

    async def embed_documents(self, texts: Sequence[str], retried: Retried | None = None) -> list[list[float]]:
        """The vectors of documents (texts that searches find), in their order. Raises ServiceError.

        `retried` is called with the fault of each call that will be tried again.
        """
        vectors: list[list[float]] = []
        for batch in batches(texts):
            vectors += await self._embed(batch, "document", DOCUMENTS, retried)
        return vectors

    async def embed_queries(
        self, texts: Sequence[str], timeout_seconds: float, deadline_seconds: float | None = None
    ) -> list[list[float]]:
        """The vectors of queries (texts that somebody searches for), in their order, by one call. Raises ServiceError.

        The call ends after `deadline_seconds`, where these are fewer than the `timeout_seconds` that it should have.
        """
        patience = Patience(1, timeout_seconds, timeout_seconds if deadline_seconds is None else deadline_seconds)
        return await self._embed([*texts], "query", patience)

    async def embed_query(self, text: str, timeout_seconds: float) -> list[float]:
        """The vector of one query. Raises ServiceError."""
        return (await self.embed_queries([text], timeout_seconds))[0]

    async def load(self) -> None:
        """Import the SDK, which takes half a second, so that the first call does not."""
        await asyncio.to_thread(import_module, "voyageai")

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    @cached_property
    def _client(self) -> Any:
        return import_module("voyageai").AsyncClient(api_key=self._key, base_url=self._url, max_retries=0)

    async def _embed(
        self, texts: list[str], input_type: str, patience: Patience, retried: Retried | None = None
    ) -> list[list[float]]:
        await self.load()
        if self._session is None:
            self._session = import_module("aiohttp").ClientSession()

        async def send() -> list[list[float]]:
            import_module("voyageai").aiosession.set(self._session)
            with _faults():
                answer = await self._client.embed(texts, model=MODEL, input_type=input_type)
            return checked(answer.embeddings, len(texts))

        return await self._calls.call(send, patience, sum(map(estimated_tokens, texts)), retried)


@asynccontextmanager
async def open_voyage(key: str | None, url: str | None = None) -> AsyncIterator[Voyage | None]:
    """The service, with its connections; None without a key."""
    if key is None:
        yield None
        return
    voyage = Voyage(key, url)
    try:
        yield voyage
    finally:
        await voyage.close()


def estimated_tokens(text: str) -> int:
    """A number of tokens that a text does not exceed in practice: half its bytes in UTF-8 (English has a quarter)."""
    return len(text.encode()) // 2 + 1


def batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in their order, divided into requests within the vendor's limits."""
    batch: list[str] = []
    tokens = 0
    for text in texts:
        more = estimated_tokens(text)
        if batch and (len(batch) == MAX_REQUEST_TEXTS or tokens + more > MAX_REQUEST_TOKENS):
            yield batch
            batch, tokens = [], 0
        batch.append(text)
        tokens += more
    if batch:
        yield batch


def checked(vectors: Any, count: int) -> list[list[float]]:
    """Return the vectors of an answer. Raises PassingFault if they are not `count` usable ones."""
    if not isinstance(vectors, list) or len(vectors) != count or not all(map(_is_vector, vectors)):
        raise PassingFault("Voyage answered vectors that cannot be used.")
    return vectors


def _is_vector(vector: Any) -> bool:
    if not isinstance(vector, list) or len(vector) != DIMENSIONS or not set(map(type, vector)) <= {int, float}:
        return False
    try:
        return any(vector) and math.isfinite(sum(vector))  # which it is not where one of them is not
    except OverflowError:
        return False


@contextmanager
def _faults() -> Iterator[None]:
    """A block that calls the SDK: its errors become ServiceErrors. None of their messages shows the key or a text."""
    error, connection_error = import_module("voyageai").error, import_module("aiohttp").ClientError
    try:
        yield
    except error.RateLimitError as fault:
        raise PassingFault("Voyage is called too often (429).", _retry_after(fault)) from fault
    except (error.ServerError, error.ServiceUnavailableError, error.TryAgain) as fault:
        raise PassingFault(f"Voyage failed ({fault.http_status}).", _retry_after(fault)) from fault
    except (error.Timeout, TimeoutError) as fault:
        raise PassingFault("Voyage did not answer in time.") from fault
    except (error.APIConnectionError, connection_error, OSError) as fault:
        raise PassingFault("Voyage cannot be reached.") from fault
    except error.AuthenticationError as fault:
        raise ServiceError("Voyage refuses the key (401): set KINEGRAPH_VOYAGE_API_KEY.") from fault
    except (error.InvalidRequestError, error.MalformedRequestError) as fault:
        raise RequestRefused(f"Voyage refuses the request ({fault.http_status}).") from fault
    except (error.VoyageError, AttributeError, LookupError, TypeError, ValueError) as fault:
        raise PassingFault("Voyage answered something that cannot be read.") from fault


def _retry_after(fault: Any) -> float | None:
    headers = {str(name).lower(): value for name, value in fault.headers.items()}
    return retry_after_seconds(headers.get("retry-after"))
