"""GraphiQL at /graphiql, without a bundler and without a foreign server where its files were fetched.

The page's own files are in the folder `static`; React and GraphiQL are the prebuilt files of pinned
npm packages (`scripts/graphiql/fetch`), never stored in the repository. Where one of them was not fetched,
or is of another version, the page takes the same bytes from a CDN, held to them by hash. No script is
inline, so the content security policy can refuse everything that this module does not name.

Serve it only where people develop: `sign_ins` hands out working tokens.
"""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

PAGE = Path(__file__).parent / "static"
OWN = ("page.css", "session.js", "examples.js", "operations.js", "page.js")
GROUPS = {
    "everyone": "Everyone",
    "athletes": "Athletes and patients",
    "patients": "Patients of a treatment plan",
    "coaches": "Coaches",
    "clinicians": "Clinicians with treatment plans",
    "admins": "Platform admins",
}
"""The folders of examples, and how the menu heads them."""

CHECKOUT = Path(__file__).parents[3]
CDN = "https://cdn.jsdelivr.net/npm/"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".json": "application/json"}


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody whom the page offers to sign in as; the token is sent as Authorization: Bearer."""

    label: str
    email: str
    token: str


SignIns = Callable[[Request], Awaitable[list[SignIn]]]
Endpoint = Callable[[Request], Response]


@dataclass(frozen=True, slots=True)
class Prebuilt:
    """A file of a pinned npm package, and the hash by which a browser verifies it."""

    path: str
    integrity: str

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


# In the order in which the page needs them; versions as in scripts/graphiql/package.json (a test compares).
PREBUILT = (
    Prebuilt(
        "graphiql@4.1.2/graphiql.min.css",
        "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr",
    ),
    Prebuilt(
        "react@18.3.1/umd/react.production.min.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ),
    Prebuilt(
        "react-dom@18.3.1/umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    Prebuilt(
        "graphiql@4.1.2/graphiql.min.js",
        "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B",
    ),
)


@dataclass(frozen=True)
class Asset:
    """A file that the page loads from us; its version is its content's hash, so it may be cached for good."""

    name: str
    content: bytes

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:16]

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.content, 6)

    @property
    def url(self) -> str:
        return f"/graphiql/{self.name}?v={self.version}"


def find_folder(home: Path) -> Path:
    """The folder with the prebuilt files: the home's or, where it lacks one, the usual one here or in the checkout."""
    usual = Path(".kinegraph") / "graphiql"
    folders = (home / "graphiql", usual.absolute(), CHECKOUT / usual)
    return next((folder for folder in folders if not missing_from(folder)), folders[0])


def missing_from(folder: Path) -> list[str]:
    """Names of the prebuilt files that the folder lacks, or has in another version."""
    return [file.name for file in PREBUILT if _integrity(folder / file.name) != file.integrity]


def _integrity(path: Path) -> str | None:
    try:
        return f"sha384-{base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()}"
    except OSError:
        return None


def routes(assets: Path, sign_ins: SignIns | None) -> list[Route]:
    """The routes of the page and its files; `assets` is the folder that scripts/graphiql/fetch filled.

    Without `sign_ins` the page has a field to paste a token into.
    """
    own = {asset.name: asset for asset in (*map(_own, OWN), Asset("examples.json", _examples()))}
    fetched = _fetched(assets)
    return [
        Route("/graphiql", _page(own, fetched, sign_ins is not None)),
        *([Route("/graphiql/sign-ins", _sign_ins(sign_ins))] if sign_ins else []),
        Route("/graphiql/{name}", _file({**own, **fetched})),
    ]


def _own(name: str) -> Asset:
    return Asset(name, (PAGE / name).read_bytes())


def _fetched(assets: Path) -> dict[str, Asset]:
    """All of the prebuilt files, or none: half of them from elsewhere would help nobody."""
    names = [] if missing_from(assets) else [file.name for file in PREBUILT]
    return {name: Asset(name, (assets / name).read_bytes()) for name in names}


def _examples() -> bytes:
    """The menu's groups of examples, and the document that finds the ids for their variables."""
    groups = [
        {
            "heading": heading,
            "examples": [_example(path) for path in sorted((PAGE / "examples" / folder).glob("*.graphql"))],
        }
        for folder, heading in GROUPS.items()
    ]
    ids = (PAGE / "ids.graphql").read_text("utf-8")
    return json.dumps({"groups": groups, "ids": ids}, ensure_ascii=False).encode()


def _example(document: Path) -> dict[str, str]:
    """A document with its name, the first sentence of its comment, and the variables beside it, if it has any."""
    query, variables = document.read_text("utf-8"), document.with_suffix(".json")
    comment = " ".join(re.findall(r"^# (.*)$", query, re.MULTILINE))
    name = re.findall(r"^(?:query|mutation|subscription) (\w+)", query, re.MULTILINE)[0]
    return {
        "name": name,
        "summary": re.split(r"(?<=\.) ", comment)[0],
        "query": query,
        "variables": variables.read_text("utf-8") if variables.exists() else "",
    }


def _page(own: Mapping[str, Asset], fetched: Mapping[str, Asset], has_sign_ins: bool) -> Endpoint:
    tags = [_tag(asset.url) if (asset := fetched.get(each.name)) else _cdn_tag(each) for each in PREBUILT]
    tags += [_tag(own[name].url) for name in OWN]
    html = Template((PAGE / "index.html").read_text("utf-8")).substitute(
        head="\n".join(f"    {tag}" for tag in tags),
        examples=own["examples.json"].url,
        sign_ins="yes" if has_sign_ins else "",
    )
    headers = _page_headers(() if fetched else [CDN + each.path for each in PREBUILT])
    return lambda request: HTMLResponse(html, headers=headers)


def _tag(url: str, attributes: str = "") -> str:
    if ".css" in url:
        return f'<link rel="stylesheet" href="{url}"{attributes}>'
    return f'<script src="{url}" defer{attributes}></script>'


def _cdn_tag(file: Prebuilt) -> str:
    return _tag(CDN + file.path, f' integrity="{file.integrity}" crossorigin="anonymous" referrerpolicy="no-referrer"')


def _page_headers(foreign: Sequence[str]) -> dict[str, str]:
    """The policy names the CDN's files one by one: anybody may publish on a CDN's origin."""
    scripts = [url for url in foreign if url.endswith(".js")]
    styles = [url for url in foreign if url.endswith(".css")]
    policy = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", "'unsafe-inline'", *styles],  # GraphiQL's dialogs write a style element
        "font-src": ["data:"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items()),
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _file(assets: Mapping[str, Asset]) -> Endpoint:
    # Not async: Starlette runs it in a thread, where compressing a megabyte holds up nobody.
    def serve(request: Request) -> Response:
        asset = assets.get(request.path_params["name"])
        if asset is None:
            return PlainTextResponse("Not found", 404)
        current = request.query_params.get("v") == asset.version
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        media_type = MEDIA_TYPES[Path(asset.name).suffix]
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(asset.content, headers=headers, media_type=media_type)
        return Response(asset.gzipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)

    return serve


def _sign_ins(sign_ins: SignIns) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        # Another site's page must not read tokens, even where the application allows other origins.
        if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return PlainTextResponse("Only for GraphiQL's own page", 403)
        people = [asdict(person) for person in await sign_ins(request)]
        return JSONResponse(people, headers={"Cache-Control": "no-store"})

    return answer
