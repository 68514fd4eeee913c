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
from tests.media.files import Studio, picture, stored_files, studio_of
from tests.settings import with_settings
from tests.workout.documents import Json

CONTENT = picture("red", size=(60, 20))


@dataclass
class SentFile:
    """A file that was sent and used: the address it was sent to, those that serve it, and its thumbnail."""

    studio: Studio
    put: str
    url: str
    thumbnail: str

    def address(self, method: str) -> str:
        """The address that is for a method."""
        return self.put if method == "PUT" else self.url

    async def status(self, method: str, url: str) -> int:
        """The status of a request to this address that is correct otherwise."""
        content = CONTENT if method == "PUT" else None
        headers = {"Content-Type": "image/png"}
        return (await self.studio.api.client.request(method, url, content=content, headers=headers)).status_code


@pytest.fixture(scope="module")
async def shown(api: Api, world: World, database: Database, storage: FolderStorage) -> SentFile:
    """A file for all tests of this module, which change nothing."""
    studio = await studio_of(api, world)
    upload = await studio.announce(len(CONTENT))
    assert (await studio.send(upload, CONTENT)).status_code == 204
    (attachment,) = await studio.use(upload["id"])
    assert (attachment["kind"], attachment["mime"], attachment["thumbnailUrl"]) == ("IMAGE", "image/png", None)
    await make_thumbnail(database, storage, UUID(attachment["id"]), studio.organization.id)
    (read,) = await attachments(studio)
    return SentFile(studio, upload["url"], read["url"], read["thumbnailUrl"])


async def attachments(studio: Studio) -> list[Json]:
    """The attachments of the only comment."""
    found: list[Json] = (await studio.comments())[0]["attachments"]
    return found


async def test_both_addresses_serve_their_bytes_safely(shown: SentFile, home: Path) -> None:
    for url, mime in ((shown.url, "image/png"), (shown.thumbnail, "image/jpeg")):
        served = await shown.studio.get(url)
        assert served.status_code == 200
        assert served.content == stored_files(home)[urlsplit(url).path.removeprefix("/media/")]
        assert served.headers["content-type"] == mime
        assert served.headers["x-content-type-options"] == "nosniff"
        assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert "private" in served.headers["cache-control"]
    assert (await shown.studio.get(shown.url)).content == CONTENT


async def test_a_head_request_answers_the_same_without_the_bytes(shown: SentFile) -> None:
    got, headed = [await shown.studio.api.client.request(method, shown.url) for method in ("GET", "HEAD")]
    assert (headed.status_code, headed.content) == (200, b"")
    unalike = ("x-request-id", "date", "cache-control")  # the remaining time of an address is shorter a second later
    assert {k: v for k, v in headed.headers.items() if k not in unalike} == {
        k: v for k, v in got.headers.items() if k not in unalike
    }


@pytest.mark.parametrize(
    ("byte_range", "expected"),
    [("bytes=0-3", slice(0, 4)), ("bytes=10-", slice(10, None)), ("bytes=-5", slice(-5, None)),
     ("bytes=0-999999", slice(None)), ("bytes=4-4", slice(4, 5))],
)  # fmt: skip
async def test_a_range_of_a_file_is_served_as_players_of_videos_need(
    shown: SentFile, byte_range: str, expected: slice
) -> None:
    served = await shown.studio.api.client.get(shown.url, headers={"Range": byte_range})
    assert (served.status_code, served.content) == (206, CONTENT[expected])
    first = list(range(len(CONTENT)))[expected]
    assert served.headers["content-range"] == f"bytes {first[0]}-{first[-1]}/{len(CONTENT)}"
    assert served.headers["content-security-policy"] == "default-src 'none'; sandbox"


async def test_a_range_beyond_the_file_is_refused(shown: SentFile) -> None:
    assert (await shown.studio.api.client.get(shown.url, headers={"Range": "bytes=999999-"})).status_code == 416


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_a_signature_altered_in_any_one_character_is_refused(shown: SentFile, method: str, home: Path) -> None:
    before = stored_files(home)
    whole, _, signature = shown.address(method).rpartition("signature=")
    assert len(signature) == 64
    for index, character in enumerate(signature):
        for other in ("0" if character != "0" else "1", character.upper() if character.isalpha() else "g", ""):
            altered = f"{signature[:index]}{other}{signature[index + 1 :]}"
            assert await shown.status(method, f"{whole}signature={altered}") == 403, (index, other)
    for altered in ("", f"{signature}0", f"{signature}%00", f"%20{signature}", f"{signature}%0A", "é" * 64):
        assert await shown.status(method, f"{whole}signature={altered}") == 403, altered
    assert stored_files(home) == before


def queries(url: str) -> list[list[tuple[str, str]]]:
    """The query of an address, altered in every value, and with values left out, doubled and added."""
    pairs = parse_qsl(urlsplit(url).query)
    changed = [
        [*pairs[:index], (name, other), *pairs[index + 1 :]]
        for index, (name, value) in enumerate(pairs)
        for other in ("", "0", f"{value}0", f"{value} ", f"0{value}", f"+{value}", value.upper() + "A")
    ]
    without = [[*pairs[:index], *pairs[index + 1 :]] for index in range(len(pairs))]
    doubled = [[*pairs[: index + 1], pair, *pairs[index + 1 :]] for index, pair in enumerate(pairs)]
    contrary = [[*pairs, (name, "1")] for name, _ in pairs] + [[(name, "1"), *pairs] for name, _ in pairs]
    added = [[*pairs, (name, "1")] for name in ("x", "size", "method", "key", "", "Expires", "expires ")]
    return [*changed, *without, *doubled, *contrary, *added, []]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_any_other_query_than_the_signed_one_is_refused(shown: SentFile, method: str, home: Path) -> None:
    before = stored_files(home)
    url = shown.address(method)
    for query in queries(url):
        assert await shown.status(method, urlunsplit(urlsplit(url)._replace(query=urlencode(query)))) == 403, query
    assert stored_files(home) == before


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
async def test_a_parameter_that_is_moved_from_the_query_into_the_path_is_refused(shown: SentFile, method: str) -> None:
    parsed_url = urlsplit(shown.address(method))
    pairs = dict(parse_qsl(parsed_url.query))
    moved = quote(f"\nexpires={pairs.pop('expires')}")
    altered = urlunsplit(parsed_url._replace(path=parsed_url.path + moved, query=urlencode(pairs)))
    assert await shown.status(method, altered) in (403, 404)


async def test_two_parameters_that_are_joined_into_one_are_refused(shown: SentFile) -> None:
    parsed_url = urlsplit(shown.put)
    pairs = dict(parse_qsl(parsed_url.query))
    pairs["size"] += f"\ntype={pairs.pop('type')}"
    assert await shown.status("PUT", urlunsplit(parsed_url._replace(query=urlencode(pairs)))) == 403


async def test_an_address_is_valid_for_its_method_alone(shown: SentFile, home: Path) -> None:
    before = stored_files(home)
    assert [await shown.status(method, shown.put) for method in ("GET", "HEAD")] == [403, 403]
    assert await shown.status("PUT", shown.url) == 403
    for method in ("POST", "DELETE", "PATCH", "PROPFIND"):
        assert [await shown.status(method, shown.address(of)) for of in ("GET", "PUT")] == [405, 405]
    assert stored_files(home) == before


async def test_an_address_is_valid_for_its_key_alone(shown: SentFile, home: Path) -> None:
    before = stored_files(home)
    query = urlsplit(shown.url).query
    for path in (urlsplit(shown.thumbnail).path, urlsplit(shown.put).path, "/media/", "/media/a", "/media//"):
        assert await shown.status("GET", f"http://testserver{path}?{query}") == 403
    used = urlsplit(shown.url).path
    assert await shown.status("PUT", f"http://testserver{used}?{urlsplit(shown.put).query}") == 403
    assert stored_files(home) == before


async def test_a_file_that_a_browser_has_cached_is_not_sent_again(shown: SentFile) -> None:
    client = shown.studio.api.client
    headers = {"If-None-Match": (await client.get(shown.url)).headers["etag"]}
    again = await client.get(shown.url, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert (await client.get(f"{shown.url}0", headers=headers)).status_code == 403


async def test_a_file_that_is_gone_is_not_found(shown: SentFile, storage: FolderStorage) -> None:
    assert (await shown.studio.get(await storage.read_url("global/none.png", "image/png"))).status_code == 404
    assert (await shown.studio.get(await storage.read_url("global", "image/png"))).status_code == 404


async def test_an_address_works_until_it_expires_and_not_afterwards(
    shown: SentFile, storage: FolderStorage, services: Services
) -> None:
    async with running(create_app(with_settings(services, media_url_seconds=2))) as api:
        studio = replace(shown.studio, api=api)
        put = (await studio.announce(len(CONTENT)))["url"]
        (attachment,) = await attachments(studio)
    for method, url in (("PUT", put), ("GET", attachment["url"]), ("GET", attachment["thumbnailUrl"])):
        expires = int(dict(parse_qsl(urlsplit(url).query))["expires"])
        requested_at = time.time()
        while (status := await shown.status(method, url)) != 403:
            assert status == (204 if method == "PUT" else 200)
            assert requested_at < expires
            await asyncio.sleep(0.02)
            requested_at = time.time()
        assert time.time() >= expires


async def test_an_expired_address_is_refused_with_a_message_that_says_so(shown: SentFile, services: Services) -> None:
    async with running(create_app(with_settings(services, media_url_seconds=0))) as api:
        (attachment,) = await attachments(replace(shown.studio, api=api))
    for url in (attachment["url"], attachment["thumbnailUrl"]):
        refused = await shown.studio.get(url)
        assert (refused.status_code, refused.json()) == (
            403, {"error": "This address has expired; ask the API for a new one."}
        )  # fmt: skip


async def test_another_servers_addresses_are_refused(shown: SentFile, home: Path) -> None:
    foreign = FolderStorage(home / "media", "http://testserver/media", "another secret")
    key = urlsplit(shown.url).path.removeprefix("/media/")
    assert await shown.status("GET", await foreign.read_url(key, "image/png")) == 403
    assert await shown.status("PUT", (await foreign.upload_target(key, "image/png", len(CONTENT))).url) == 403


async def test_a_file_is_served_with_the_signed_type_and_not_the_type_of_its_name(
    shown: SentFile, storage: FolderStorage
) -> None:
    await storage.write("a/page.html", b"<script>", "text/html")
    served = await shown.studio.get(await storage.read_url("a/page.html", "image/png"))
    assert (served.headers["content-type"], served.content) == ("image/png", b"<script>")
    assert (await shown.studio.get((await storage.read_url("a/page.html", "image/png")) + "&type=text/html")).is_error
