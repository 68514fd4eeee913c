"""The addresses of files: what they serve, until when, and that nothing of them can be altered."""

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from uuid import UUID

import pytest

from kinegraph.kit.database import Database
from kinegraph.main import create_app
from kinegraph.media.jobs import make_thumbnail
from kinegraph.outside.storage_folder import FolderStorage
from kinegraph.services import Services
from tests.conftest import Api, World, running
from tests.media.files import Studio, kept, picture, studio_of
from tests.settings import with_settings
from tests.workout.documents import Json

CONTENT = picture("red", size=(60, 20))


@dataclass
class Shown:
    """A file that was sent and used: the address it was sent to, those that serve it, and its thumbnail."""

    studio: Studio
    put: str
    url: str
    thumbnail: str

    def address(self, method: str) -> str:
        """The address that is for a method."""
        return self.put if method == "PUT" else self.url

    async def status(self, method: str, url: str) -> int:
        """How a request is answered that is right but for its address."""
        content = CONTENT if method == "PUT" else None
        headers = {"Content-Type": "image/png"}
        return (await self.studio.api.client.request(method, url, content=content, headers=headers)).status_code


@pytest.fixture(scope="module")
async def shown(api: Api, world: World, database: Database, storage: FolderStorage) -> Shown:
    """One for all tests here, which change nothing."""
    studio = await studio_of(api, world)
    upload = await studio.announce(len(CONTENT))
    assert (await studio.send(upload, CONTENT)).status_code == 204
    (attachment,) = await studio.use(upload["id"])
    assert (attachment["kind"], attachment["mime"], attachment["thumbnailUrl"]) == ("IMAGE", "image/png", None)
    await make_thumbnail(database, storage, UUID(attachment["id"]), studio.organization.id)
    (read,) = await attachments(studio)
    return Shown(studio, upload["url"], read["url"], read["thumbnailUrl"])


async def attachments(studio: Studio) -> list[Json]:
    """What stands under the one comment."""
    found: list[Json] = (await studio.comments())[0]["attachments"]
    return found


async def test_both_addresses_serve_their_bytes_safely(shown: Shown, home: Path) -> None:
    for url, mime in ((shown.url, "image/png"), (shown.thumbnail, "image/jpeg")):
        served = await shown.studio.get(url)
        assert served.status_code == 200
        assert served.content == kept(home)[urlsplit(url).path.removeprefix("/media/")]
        assert served.headers["content-type"] == mime
        assert served.headers["x-content-type-options"] == "nosniff"
        assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert "private" in served.headers["cache-control"]
    assert (await shown.studio.get(shown.url)).content == CONTENT


async def test_a_head_request_tells_the_same_without_the_bytes(shown: Shown) -> None:
    got, headed = [await shown.studio.api.client.request(method, shown.url) for method in ("GET", "HEAD")]
    assert (headed.status_code, headed.content) == (200, b"")
    unalike = ("x-request-id", "date", "cache-control")  # how long an address still holds is less a second later
    assert {k: v for k, v in headed.headers.items() if k not in unalike} == {
        k: v for k, v in got.headers.items() if k not in unalike
    }


@pytest.mark.parametrize(
    ("asked", "part"),
    [("bytes=0-3", slice(0, 4)), ("bytes=10-", slice(10, None)), ("bytes=-5", slice(-5, None)),
     ("bytes=0-999999", slice(None)), ("bytes=4-4", slice(4, 5))],
)  # fmt: skip
async def test_a_range_of_a_file_is_served_as_players_of_videos_need(shown: Shown, asked: str, part: slice) -> None:
    served = await shown.studio.api.client.get(shown.url, headers={"Range": asked})
    assert (served.status_code, served.content) == (206, CONTENT[part])
    first = list(range(len(CONTENT)))[part]
    assert served.headers["content-range"] == f"bytes {first[0]}-{first[-1]}/{len(CONTENT)}"
    assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_a_range_beyond_the_file_is_refused(shown: Shown) -> None:
    assert (await shown.studio.api.client.get(shown.url, headers={"Range": "bytes=999999-"})).status_code == 416


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_a_signature_altered_in_any_one_character_is_refused(shown: Shown, method: str, home: Path) -> None:
    before = kept(home)
    whole, _, signature = shown.address(method).rpartition("signature=")
    assert len(signature) == 64
    for place, character in enumerate(signature):
        for other in ("0" if character != "0" else "1", character.upper() if character.isalpha() else "g", ""):
            altered = f"{signature[:place]}{other}{signature[place + 1 :]}"
            assert await shown.status(method, f"{whole}signature={altered}") == 403, (place, other)
    for altered in ("", f"{signature}0", f"{signature}%00", f"%20{signature}", f"{signature}%0A", "é" * 64):
        assert await shown.status(method, f"{whole}signature={altered}") == 403, altered
    assert kept(home) == before


def queries(url: str) -> list[list[tuple[str, str]]]:
    """The query of an address, altered in every value, and with values left out, doubled and added."""
    pairs = parse_qsl(urlsplit(url).query)
    changed = [
        [*pairs[:place], (name, other), *pairs[place + 1 :]]
        for place, (name, value) in enumerate(pairs)
        for other in ("", "0", f"{value}0", f"{value} ", f"0{value}", f"+{value}", value.upper() + "A")
    ]
    without = [[*pairs[:place], *pairs[place + 1 :]] for place in range(len(pairs))]
    doubled = [[*pairs[: place + 1], pair, *pairs[place + 1 :]] for place, pair in enumerate(pairs)]
    contrary = [[*pairs, (name, "1")] for name, _ in pairs] + [[(name, "1"), *pairs] for name, _ in pairs]
    added = [[*pairs, (name, "1")] for name in ("x", "size", "method", "key", "", "Expires", "expires ")]
    return [*changed, *without, *doubled, *contrary, *added, []]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_any_other_query_than_the_signed_one_is_refused(shown: Shown, method: str, home: Path) -> None:
    before = kept(home)
    url = shown.address(method)
    for query in queries(url):
        assert await shown.status(method, urlunsplit(urlsplit(url)._replace(query=urlencode(query)))) == 403, query
    assert kept(home) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_a_part_of_the_query_that_is_moved_into_the_key_is_refused(shown: Shown, method: str) -> None:
    parts = urlsplit(shown.address(method))
    pairs = dict(parse_qsl(parts.query))
    moved = quote(f"\nexpires={pairs.pop('expires')}")
    altered = urlunsplit(parts._replace(path=parts.path + moved, query=urlencode(pairs)))
    assert await shown.status(method, altered) in (403, 404)


async def test_two_values_of_the_query_that_are_made_one_are_refused(shown: Shown) -> None:
    parts = urlsplit(shown.put)
    pairs = dict(parse_qsl(parts.query))
    pairs["size"] += f"\ntype={pairs.pop('type')}"
    assert await shown.status("PUT", urlunsplit(parts._replace(query=urlencode(pairs)))) == 403


async def test_an_address_holds_for_its_method_alone(shown: Shown, home: Path) -> None:
    before = kept(home)
    assert [await shown.status(method, shown.put) for method in ("GET", "HEAD")] == [403, 403]
    assert await shown.status("PUT", shown.url) == 403
    for method in ("POST", "DELETE", "PATCH", "PROPFIND"):
        assert [await shown.status(method, shown.address(of)) for of in ("GET", "PUT")] == [405, 405]
    assert kept(home) == before


async def test_an_address_holds_for_its_key_alone(shown: Shown, home: Path) -> None:
    before = kept(home)
    query = urlsplit(shown.url).query
    for path in (urlsplit(shown.thumbnail).path, urlsplit(shown.put).path, "/media/", "/media/a", "/media//"):
        assert await shown.status("GET", f"http://testserver{path}?{query}") == 403
    used = urlsplit(shown.url).path
    assert await shown.status("PUT", f"http://testserver{used}?{urlsplit(shown.put).query}") == 403
    assert kept(home) == before


async def test_a_file_that_a_browser_has_is_not_sent_again_to_whoever_may_see_it(shown: Shown) -> None:
    client = shown.studio.api.client
    known = {"If-None-Match": (await client.get(shown.url)).headers["etag"]}
    again = await client.get(shown.url, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(f"{shown.url}0", headers=known)).status_code == 403


async def test_a_file_that_is_gone_is_not_found(shown: Shown, storage: FolderStorage) -> None:
    assert (await shown.studio.get(await storage.read_url("global/none.png", "image/png"))).status_code == 404
    assert (await shown.studio.get(await storage.read_url("global", "image/png"))).status_code == 404


async def test_an_address_works_until_its_time_and_not_from_then_on(
    shown: Shown, storage: FolderStorage, services: Services
) -> None:
    async with running(create_app(with_settings(services, media_url_seconds=2))) as api:
        studio = replace(shown.studio, api=api)
        put = (await studio.announce(len(CONTENT)))["url"]
        (attachment,) = await attachments(studio)
    for method, url in (("PUT", put), ("GET", attachment["url"]), ("GET", attachment["thumbnailUrl"])):
        expires = int(dict(parse_qsl(urlsplit(url).query))["expires"])
        asked = time.time()
        while (status := await shown.status(method, url)) != 403:
            assert status == (204 if method == "PUT" else 200)
            assert asked < expires
            await asyncio.sleep(0.02)
            asked = time.time()
        assert time.time() >= expires


async def test_an_address_whose_time_is_over_says_so(shown: Shown, services: Services) -> None:
    async with running(create_app(with_settings(services, media_url_seconds=0))) as api:
        (attachment,) = await attachments(replace(shown.studio, api=api))
    for url in (attachment["url"], attachment["thumbnailUrl"]):
        refused = await shown.studio.get(url)
        assert (refused.status_code, refused.json()) == (
            403, {"error": "This address has expired; ask the API for a new one."}
        )  # fmt: skip


async def test_another_servers_addresses_are_refused(shown: Shown, home: Path) -> None:
    foreign = FolderStorage(home / "media", "http://testserver/media", "another secret")
    key = urlsplit(shown.url).path.removeprefix("/media/")
    assert await shown.status("GET", await foreign.read_url(key, "image/png")) == 403
    assert await shown.status("PUT", (await foreign.upload_target(key, "image/png", len(CONTENT))).url) == 403


async def test_a_file_is_served_as_the_type_that_was_signed_not_as_its_name_says(
    shown: Shown, storage: FolderStorage
) -> None:
    await storage.write("a/page.html", b"<script>", "text/html")
    served = await shown.studio.get(await storage.read_url("a/page.html", "image/png"))
    assert (served.headers["content-type"], served.content) == ("image/png", b"<script>")
    assert (await shown.studio.get((await storage.read_url("a/page.html", "image/png")) + "&type=text/html")).is_error
