"""Files over HTTP: addresses that last lead to signed ones; files of a folder, and figures, are served."""

import logging
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from kinegraph.api.failures import RETRY_AFTER
from kinegraph.api.validators import matches
from kinegraph.canonical import rules_figures
from kinegraph.media.rules_files import TYPES
from kinegraph.outside.errors import ServiceError
from kinegraph.outside.storage import ObjectStorage
from kinegraph.outside.storage_folder import FolderStorage, Refused
from kinegraph.video.rules_providers import FILES

log = logging.getLogger("kinegraph.media")

SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""A file that somebody uploaded is shown, never run; what it is said to be is not guessed at."""

METHODS = ["GET", "HEAD", "PUT"]


SHOWN = re.compile(r"(?:global|[0-9a-f-]{36})/exercises/[0-9a-f-]{36}/(?:video|thumbnail)/[0-9a-f]{12}/[^/]+\.(\w+)")
"""The files with lasting addresses: exercises' videos and still pictures, under keys that nobody guesses."""


async def _lead(request: Request) -> Response:
    """To a signed address of the file, wherever it is stored."""
    key = request.path_params["key"]
    found = SHOWN.fullmatch(key)
    mime = found and TYPES.get(found[1])
    if not mime:
        return JSONResponse({"error": "There is no such file."}, 404)
    try:
        storage: ObjectStorage = request.state.storage
        return RedirectResponse(await storage.read_url(key, mime), 302, {"Cache-Control": "private, max-age=300"})
    except ServiceError as error:
        log.error("files: %s", error)
        return JSONResponse({"error": "Files cannot be read just now; try again later."}, 503, RETRY_AFTER)


LASTING = Route(f"{FILES}{{key:path}}", _lead)


async def _figure(request: Request) -> Response:
    """A figure that ships with Kinegraph. With its version in the address it may be cached for good, else a day."""
    slug, dot, kind = request.path_params["name"].partition(".")
    version = rules_figures.versions().get(slug)
    if version is None or dot + kind != ".webp":
        return JSONResponse({"error": "There is no such figure."}, 404)
    is_current = request.query_params.get("v") == version
    seconds = f"{365 * 86400}, immutable" if is_current else "86400"
    headers = {**SAFE, "Cache-Control": f"public, max-age={seconds}", "ETag": f'"{version}"'}
    if matches([request.headers.get("if-none-match", "").encode()], headers["ETag"].encode()):
        return Response(status_code=304, headers=headers)
    return FileResponse(rules_figures.FILES / f"{slug}.webp", headers=headers, media_type="image/webp")


FIGURES = Route(f"{rules_figures.PATH}{{name}}", _figure)


def routes(storage: FolderStorage) -> list[Route]:
    """The one route of the files."""
    return [Route("/media/{key:path}", _answer(storage), methods=METHODS)]


def _answer(storage: FolderStorage) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        """One request. Its address must be signed for its method (HEAD by GET's)."""
        key, query = request.path_params["key"], request.query_params.multi_items()
        try:
            if request.scope["path"] != f"/media/{key}":
                raise Refused(404, "There is no such file.")  # the route ignores a line break at the end
            if request.method == "PUT":
                return await _receive(storage, request, key, storage.require_signed("PUT", key, query))
            values = storage.require_signed("GET", key, query)
            path = storage.path(key)
            if not path.is_file():
                raise Refused(404, "There is no such file.")
            return _file(request, path, values)
        except Refused as refused:
            return JSONResponse({"error": refused.message}, refused.status)
        except ServiceError as error:
            log.error("files: %s", error)
            return JSONResponse({"error": "Files cannot be stored just now; try again later."}, 503, RETRY_AFTER)

    return answer


def _file(request: Request, path: Path, values: dict[str, str]) -> Response:
    """The file, which may be cached for as long as its address holds."""
    left = int(values["expires"]) - int(time.time())
    headers = {**SAFE, "Cache-Control": f"private, max-age={left}, immutable"}
    answer = FileResponse(path, media_type=values["type"], headers=headers, stat_result=path.stat())
    if request.headers.get("if-none-match") == answer.headers["etag"]:
        return Response(status_code=304, headers={**headers, "ETag": answer.headers["etag"]})
    return answer


async def _receive(storage: FolderStorage, request: Request, key: str, values: dict[str, str]) -> Response:
    """Take a file that is exactly what its address was signed for."""
    size = int(values["size"])
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != values["type"]:
        raise Refused(415, f"Send it with the header `Content-Type: {values['type']}`, as requestUpload said.")
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (length := int(announced[:19])) != size:
        raise Refused(413 if length > size else 400, f"Send exactly {size} bytes, as announced.")
    await storage.receive(key, size, request.stream())
    return Response(status_code=204)
