"""GraphiQL works with no other server in reach, shows who is signed in, and stores no token."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any  # JSON of the examples

import httpx
import pytest
from graphql import NoDeprecatedCustomRule, parse, specified_rules, validate
from starlette.applications import Starlette
from starlette.requests import Request

from kinegraph.commands import doctor
from kinegraph.graphiql import page
from kinegraph.graphiql.page import CDN, OWN, PREBUILT, SignIn, SignIns, find_folder, missing_from, routes
from tests.graphiql.browser import ASSETS, FETCHED, NOT_FETCHED, ROOT
from tests.shipped import exported_schema

COACH = SignIn("Dana, coach", "dana@example.com", "token-of-dana")
STRANGER = SignIn("Noa, expired", "noa@example.com", "token-of-noa")


async def sign_ins(request: Request) -> list[SignIn]:
    return [COACH, STRANGER]


FAKE = b"/* prebuilt */" * 100


def fetch_fakes(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in PREBUILT:
        (folder / file.name).write_bytes(FAKE)
    return folder


@pytest.fixture
def fake_prebuilt(monkeypatch: pytest.MonkeyPatch) -> None:
    integrity = "sha384-" + base64.b64encode(hashlib.sha384(FAKE).digest()).decode()
    monkeypatch.setattr(page, "PREBUILT", tuple(replace(file, integrity=integrity) for file in PREBUILT))


@pytest.fixture
def fake_assets(tmp_path: Path, fake_prebuilt: None) -> Path:
    (tmp_path / "secret.txt").write_text("secret")
    return fetch_fakes(tmp_path)


def client(assets: Path, people: SignIns | None = sign_ins) -> httpx.AsyncClient:
    app = Starlette(routes=routes(assets, people))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def urls_of(http: httpx.AsyncClient) -> list[str]:
    page = await http.get("/graphiql")
    return re.findall(r'(?:src|href|data-examples)="((?:/|https:)[^"]*)"', page.text)


async def test_every_file_of_the_page_is_served_by_us_typed_gzipped_and_immutable(fake_assets: Path) -> None:
    async with client(fake_assets) as http:
        urls = await urls_of(http)
        assert len(urls) == len(PREBUILT) + len(OWN) + 1
        for url in urls:
            answer = await http.get(url)
            assert url.startswith("/graphiql/") and answer.status_code == 200
            assert answer.headers["content-type"].split("/")[0] in ("text", "application")
            assert answer.headers["content-encoding"] == "gzip"
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_file_without_its_version_is_not_cacheable_and_uncompressed_for_clients_without_gzip(
    fake_assets: Path,
) -> None:
    async with client(fake_assets) as http:
        for url in ("/graphiql/page.js", "/graphiql/page.js?v=old"):
            answer = await http.get(url, headers={"accept-encoding": "identity"})
            assert answer.headers["cache-control"] == "no-cache"
            assert "content-encoding" not in answer.headers


async def test_the_policy_allows_our_own_scripts_and_nothing_inline(fake_assets: Path) -> None:
    async with client(fake_assets) as http:
        page = await http.get("/graphiql")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "connect-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "https:" not in policy and "https:" not in page.text
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|<style|\sstyle=", page.text)


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/secret.txt",
        "/graphiql/..%2Fsecret.txt",
        "/graphiql/%2e%2e/%2e%2e/etc/passwd",
        "/graphiql/index.html",
    ],
)
async def test_no_other_file_is_served(fake_assets: Path, path: str) -> None:
    async with client(fake_assets) as http:
        assert (await http.get(path)).status_code == 404


async def test_without_the_files_the_page_loads_exactly_them_from_the_cdn_checked_by_hash(
    tmp_path: Path,
) -> None:
    async with client(tmp_path) as http:
        page = await http.get("/graphiql")
        assert (await http.get("/graphiql/graphiql.min.js")).status_code == 404
    for file in PREBUILT:
        assert re.search(f'"{re.escape(CDN + file.path)}"[^>]* integrity="{re.escape(file.integrity)}"', page.text)
    assert page.text.count('crossorigin="anonymous"') == len(PREBUILT)
    allowed = re.findall(r"https:[^ ;]*", page.headers["content-security-policy"])
    assert sorted(allowed) == sorted(CDN + file.path for file in PREBUILT)


async def test_sign_ins_are_listed_for_our_own_page_and_never_stored(fake_assets: Path) -> None:
    async with client(fake_assets) as http:
        answer = await http.get("/graphiql/sign-ins")
        foreign = await http.get("/graphiql/sign-ins", headers={"sec-fetch-site": "cross-site"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()[0] == {"label": "Dana, coach", "email": "dana@example.com", "token": "token-of-dana"}
    assert foreign.status_code == 403 and "token-of" not in foreign.text


async def test_without_sign_ins_there_is_no_list_and_the_page_requests_none(fake_assets: Path) -> None:
    async with client(fake_assets, None) as http:
        assert (await http.get("/graphiql/sign-ins")).status_code == 404
        assert 'data-sign-ins=""' in (await http.get("/graphiql")).text


@pytest.fixture
def menu() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(page._examples())
    return content


def test_every_example_says_what_it_shows_and_its_variables_are_those_it_declares(menu: dict[str, Any]) -> None:
    headings = {group["heading"]: len(group["examples"]) for group in menu["groups"]}
    assert headings == {
        "Everyone": 9,
        "Athletes and patients": 4,
        "Patients of a treatment plan": 4,
        "Coaches": 11,
        "Clinicians with treatment plans": 8,
        "Platform admins": 3,
    }
    examples = [example for group in menu["groups"] for example in group["examples"]]
    assert len({example["name"] for example in examples}) == len(examples)
    for example in examples:
        declared = set(re.findall(r"\$(\w+): ", example["query"].split("{")[0]))
        assert example["query"].startswith("# ") and 20 < len(example["summary"]) < 120
        assert set(json.loads(example["variables"] or "{}")) == declared
    assert "סקוואט אחורי" in "".join(example["variables"] for example in examples)


def test_the_first_tab_has_a_name_and_shows_a_full_workout(menu: dict[str, Any]) -> None:
    first = menu["groups"][0]["examples"][0]
    assert first["name"] == "FullWorkout" and json.loads(first["variables"]) == {"workoutId": "{workout}"}
    for shown in ("sections {", "movements {", "prescription {", "comments {", "replies {", "customizedFields"):
        assert shown in first["query"]


def test_every_example_is_valid_against_the_exported_schema_and_uses_nothing_deprecated(menu: dict[str, Any]) -> None:
    schema = exported_schema()
    documents = [example["query"] for group in menu["groups"] for example in group["examples"]]
    for document in [menu["ids"], *documents]:
        assert validate(schema, parse(document), [*specified_rules, NoDeprecatedCustomRule]) == []


def test_the_page_finds_its_files_whatever_the_home_is(
    tmp_path: Path, fake_prebuilt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here, checkout = tmp_path / "home", tmp_path / "here", tmp_path / "checkout"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(page, "CHECKOUT", checkout)
    assert find_folder(home) == home / "graphiql" and missing_from(home / "graphiql") == [f.name for f in PREBUILT]
    for folder in (checkout / ".kinegraph/graphiql", here / ".kinegraph/graphiql", home / "graphiql"):
        assert find_folder(home) != folder
        fetch_fakes(folder)
        assert find_folder(home) == folder


async def test_without_one_of_its_files_or_with_another_version_the_page_falls_back_to_the_cdn(
    fake_assets: Path,
) -> None:
    for spoil in (lambda path: path.write_bytes(b"another version"), Path.unlink):
        spoil(fake_assets / "graphiql.min.js")
        async with client(fake_assets) as http:
            page = await http.get("/graphiql")
        assert all(CDN + file.path in page.text for file in PREBUILT)


def test_the_doctor_says_that_the_files_are_here_only_where_all_are(
    tmp_path: Path, fake_prebuilt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(page, "CHECKOUT", tmp_path)
    folder = tmp_path / "home" / "graphiql"
    folder.mkdir(parents=True)
    (_, _, found) = doctor._graphiql(tmp_path / "home")
    assert found.startswith(f"its files come from a CDN: {folder} lacks graphiql.min.css, react.production.min.js")
    fetch_fakes(folder)
    assert doctor._graphiql(tmp_path / "home") == (True, "GraphiQL", f"its files are in {folder}")


def test_the_lock_pins_the_versions_of_the_page_by_hash_and_names_no_address() -> None:
    text = (ROOT / "scripts/graphiql/package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text and all("integrity" in entry for name, entry in packages.items() if name)
    for file in PREBUILT:
        name, _, version = file.path.partition("/")[0].partition("@")
        assert packages[f"node_modules/{name}"]["version"] == packages[""]["dependencies"][name] == version


@pytest.mark.skipif(not FETCHED, reason=NOT_FETCHED)
def test_the_hashes_of_the_page_are_those_of_the_fetched_files() -> None:
    for file in PREBUILT:
        digest = hashlib.sha384((ASSETS / file.name).read_bytes()).digest()
        assert file.integrity == "sha384-" + base64.b64encode(digest).decode()
