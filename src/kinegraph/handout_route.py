"""Handouts over HTTP, at signed addresses: made when they are opened, of what their signer may read then."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import unquote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kinegraph.api.failures import RETRY_AFTER
from kinegraph.api.media import SHOWN
from kinegraph.audit.store import record
from kinegraph.handout import rules, rules_page, store
from kinegraph.handout.rules_content import Source, handout_of
from kinegraph.identity.store import authenticate_as
from kinegraph.kit.database import Database
from kinegraph.kit.errors import Unauthenticated
from kinegraph.media.rules_thumbnails import NotAnImage, thumbnail
from kinegraph.outside.addresses import AddressRefused, SignedAddresses
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage
from kinegraph.typesetting.documents import TooManyPages, TypesetFailed, Typesetter
from kinegraph.video.rules_providers import FILES

log = logging.getLogger("kinegraph.handout")

HEADERS = {"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "cross-origin"}
PAGE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"}
"""The page runs nothing and loads nothing. A PDF has no such header: with it, browsers do not show any."""

MAX_PICTURE_BYTES = 10_000_000


def route(address: str) -> Route:
    """The route of handouts; `address` is that of the API."""
    typesetter = Typesetter()
    return Route("/handouts/{form}", _answer(typesetter, address.rstrip("/")))


def _answer(typesetter: Typesetter, address: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        """One request. Its signer is authenticated anew: an address shows no more than they may read now."""
        try:
            values = _addresses(request).verified(request.scope["path"].lstrip("/"), request.query_params.multi_items())
            wanted = rules.HandoutRequest.from_parameters(values)
            source = await _source(request, wanted, UUID(values["user"]), float(values["issued"]))
            if source is None:
                return _refused(404, "There is no such handout.")
            async with typesetter.turn():
                made = await _made(request, typesetter, source, wanted, address)
        except AddressRefused as refused:
            return _refused(403, str(refused))
        except Unauthenticated:
            return _refused(403, "This address is no longer valid; ask the API for a new one.")
        except (rules.TooLong, TooManyPages) as error:
            return _refused(422, str(error) or "The handout has too many pages; ask for one week.")
        except (ServiceError, TypesetFailed) as error:
            log.error("handout: %s", error)
            return JSONResponse({"error": "Handouts cannot be made just now; try again later."}, 503, RETRY_AFTER)
        left = _addresses(request).seconds_left(values)
        made.headers["Cache-Control"] = f"private, max-age={min(60, left)}"
        return made

    return answer


def _addresses(request: Request) -> SignedAddresses:
    found: SignedAddresses = request.state.graphql.resources.addresses
    return found


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"error": message}, status, HEADERS)


async def _source(request: Request, wanted: rules.HandoutRequest, user: UUID, issued: float) -> Source | None:
    """The rows of the handout, as its signer may read them now. Whose they are is recorded."""
    database: Database = request.state.database
    async with database.read(authenticate_as(user, issued_at=issued)) as session:
        source = await store.source_of(session, wanted)
    await record(database, session.viewer, session.subjects)
    return source


async def _made(
    request: Request, typesetter: Typesetter, source: Source, wanted: rules.HandoutRequest, address: str
) -> Response:
    """The handout in the form that the path names. What takes processors runs in a thread, or in a process."""
    handout = await asyncio.to_thread(handout_of, source, wanted.language, address)
    pictures = await asyncio.to_thread(rules_page.figures_of, handout)
    pictures |= await _thumbnails(request.state.storage, handout, address)
    if request.path_params["form"] == rules.HTML:
        page = await asyncio.to_thread(rules_page.html, handout, pictures)
        return Response(page, headers={**HEADERS, **PAGE}, media_type="text/html")
    data = await asyncio.to_thread(rules_page.typeset_input, handout, pictures)
    named = {rules_page.picture_name(number): content for number, content in pictures.items()}
    pdf = await typesetter.pdf(rules_page.TEMPLATE, data, named)
    shown = {"Content-Disposition": f'inline; filename="handout-{wanted.language}.pdf"'}
    return Response(pdf, headers={**HEADERS, **shown}, media_type="application/pdf")


async def _thumbnails(storage: ObjectStorage, handout: rules.Handout, address: str) -> dict[int, bytes]:
    """The still pictures that were uploaded to this API, by number of the card. Nothing is loaded from elsewhere."""
    found = {}
    for card in handout.cards:
        start = f"{address}{FILES}"
        if card.thumbnail_url is None or not card.thumbnail_url.startswith(start):
            continue
        key = unquote(card.thumbnail_url[len(start) :])
        if not SHOWN.fullmatch(key):
            continue
        stored = await storage.inspect(key)
        content = await storage.read(key) if stored and stored.size <= MAX_PICTURE_BYTES else None
        if content is not None:
            try:
                found[card.number] = await asyncio.to_thread(thumbnail, content)
            except NotAnImage as error:
                log.warning("handout: %s", error)
    return found
