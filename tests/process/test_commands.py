"""Each command does what it says; each failure is one clear line, without a traceback, and exit code 1."""

import json
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import jwt
import pytest

from kinegraph import __version__, revisions
from kinegraph.api.schema import sdl
from tests.conftest import SECRET, Api, World
from tests.identity.keys import assert_signed_in, assert_unauthenticated, request
from tests.process.running import await_answer, environment, forked, free_port, refused, run, run_anew
from tests.process.test_migrations import empty_database

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        (
            "KINEGRAPH_PORT",
            "eighty",
            "KINEGRAPH_PORT='eighty' cannot be used: it takes a whole number from 1 to 65535.",
        ),
        ("PORT", "70000", "PORT='70000' cannot be used: it takes a whole number from 1 to 65535."),
        ("KINEGRAPH_ENVIRONMENT", "test", "it takes one of development, production."),
        ("KINEGRAPH_DATABASE_URL", "mysql://user:secret@host/x", "it takes a URL that starts with postgres://"),
        ("KINEGRAPH_REDIS_URL", "localhost", "it takes a URL that starts with redis://"),
        ("KINEGRAPH_JWT_SECRET", "short", "KINEGRAPH_JWT_SECRET cannot be used: it takes at least 32 bytes"),
        ("KINEGRAPH_GRAPHIQL", "maybe", "it takes one of on, off."),
        ("KINEGRAPH_CORS_ORIGINS", "example.com", "it takes a URL that starts with http://"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_a_wrong_setting_is_reported_with_the_allowed_values(
    command: str, setting: str, value: str, message: str
) -> None:
    line = refused(run(command, env=environment(**{setting: value})))
    assert setting in line and message in line
    assert "secret@" not in line


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["migrate"], ["seed"], ["token", "a@b.example"]])
def test_a_server_that_cannot_be_reached_is_reported(command: list[str], redis_url: str) -> None:
    env = environment(NOWHERE, KINEGRAPH_REDIS_URL=redis_url, KINEGRAPH_JWT_SECRET=SECRET, PORT=str(free_port()))
    assert "The database cannot be reached" in refused(run(*command, env=env))


@pytest.mark.parametrize("command", [["serve"], ["worker"], ["migrate"], ["seed"], ["token", "a@b.example"]])
def test_without_any_database_the_message_says_how_to_get_one(command: list[str], tmp_path: Path) -> None:
    env = environment(KINEGRAPH_HOME=str(tmp_path), KINEGRAPH_JWT_SECRET=SECRET, PORT=str(free_port()))
    assert refused(run(*command, env=env)).startswith("No database: set KINEGRAPH_DATABASE_URL, or run `kinegraph up`")


async def test_a_database_that_was_not_migrated_is_reported_until_it_is_migrated_and_seeded(
    server_url: str, template: str, redis_url: str
) -> None:
    url = await empty_database(server_url, "kinegraph_commands")
    env = environment(url, KINEGRAPH_REDIS_URL=redis_url, KINEGRAPH_JWT_SECRET=SECRET, PORT=str(free_port()))
    for command in (["serve"], ["worker"], ["seed"], ["token", "a@b.example"]):
        assert "run `kinegraph migrate`" in refused(run(*command, env=env))
    assert run("migrate", env=env).stdout.startswith("Migrated to ")
    assert run("migrate", env=env).stdout.endswith("as before.\n")
    first = run("seed", "--demo", env=env)
    assert first.returncode == 0 and "Northside Strength: 5 people, 5 workouts" in first.stdout
    again = run("seed", "--demo", env=env).stdout
    assert "Northside" not in again
    assert all(line.endswith(" 0 new, 0 changed") for line in again.splitlines())


def test_an_occupied_port_is_reported(database_url: str, redis_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        env = environment(database_url, KINEGRAPH_REDIS_URL=redis_url, KINEGRAPH_JWT_SECRET=SECRET, PORT=port)
        for command in ("serve", "up"):
            assert refused(run(command, env=env)).startswith(f"Cannot listen on 127.0.0.1:{port} (")


def test_redis_that_cannot_be_reached_is_reported(database_url: str) -> None:
    env = environment(database_url, KINEGRAPH_REDIS_URL="redis://127.0.0.1:1/0", KINEGRAPH_JWT_SECRET=SECRET)
    assert refused(run("worker", env=env)).startswith("Redis cannot be reached")


async def test_token_prints_a_token_of_the_user_and_nothing_else(database_url: str, world: World) -> None:
    person = await world.person()
    env = environment(database_url, KINEGRAPH_JWT_SECRET=SECRET)
    done = run("token", person.email.upper(), "--hours", "2", env=env)
    claims = jwt.decode(done.stdout.strip(), SECRET, algorithms=["HS256"])
    assert (claims["sub"], claims["exp"] - claims["iat"]) == (str(person.id), 7200)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", done.stdout) and done.stderr == ""
    assert "nobody@kinegraph.example" in refused(run("token", "nobody@kinegraph.example", env=env))


async def test_revoke_refuses_the_tokens_that_a_user_has(database_url: str, api: Api, world: World) -> None:
    person, other = await world.person(), await world.person()
    token = person.token  # one that is signed after the command would be valid
    env = environment(database_url, KINEGRAPH_JWT_SECRET=SECRET)
    done = run("revoke", person.email, env=env)
    assert re.fullmatch(rf"{person.email}: tokens that were issued before .* UTC are refused\.\n", done.stdout)
    assert_unauthenticated(await request(api, token))
    assert_signed_in(await request(api, other.token), other)
    assert "nobody@kinegraph.example" in refused(run("revoke", "nobody@kinegraph.example", env=env))


def test_schema_prints_the_schema() -> None:
    assert run("schema", env=environment()).stdout == sdl()


def test_version_prints_the_version() -> None:
    assert run("--version", env=environment()).stdout == f"kinegraph {__version__}\n"


WRONG = {"KINEGRAPH_ENVIRONMENT": "test", "KINEGRAPH_PORT": "eighty", "KINEGRAPH_GRAPHIQL": "maybe"}


@pytest.mark.parametrize(
    ("command", "settings"), [(["export", "--organization", "\udcffё"], {}), (["--help"], {}), (["serve"], WRONG)]
)
def test_a_command_prints_the_same_in_a_new_process_and_forked_by_the_tests(
    command: list[str], settings: dict[str, str], database_url: str
) -> None:
    env = environment(database_url, KINEGRAPH_JWT_SECRET=SECRET, COLUMNS="72", **settings)
    forked, anew = run(*command, env=env), run_anew(*command, env=env)
    assert (forked.returncode, forked.stdout, forked.stderr) == (anew.returncode, anew.stdout, anew.stderr)


def test_doctor_reports_each_check_that_passes_and_each_that_fails(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    env = environment(database_url, KINEGRAPH_REDIS_URL=redis_url, KINEGRAPH_JWT_SECRET=SECRET)
    done = run("doctor", env=env)
    bad = [line for line in done.stdout.splitlines() if not line.startswith("ok ")]
    assert done.returncode == 1
    assert bad == ["BAD  worker       none runs: start `kinegraph worker`"]
    assert "kinegraph_api, under row-level security" in done.stdout
    assert re.search(
        r"^ok   database     external PostgreSQL 18\.\d+ with pgvector 0\.[\d.]+, ", done.stdout, re.MULTILINE
    )
    assert re.search(r"^ok   Redis        external Valkey 9\.1\.\d+$", done.stdout, re.MULTILINE)
    nothing = {"KINEGRAPH_REDIS_URL": "redis://127.0.0.1:1/0", "KINEGRAPH_HOME": str(tmp_path)}
    worse = run("doctor", env=environment(NOWHERE, **nothing))
    assert worse.returncode == 1 and worse.stderr == ""
    assert {line.split()[1] for line in worse.stdout.splitlines() if line.startswith("BAD")} == {
        "tokens",
        "database",
        "Redis",
    }


def test_doctor_makes_no_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = {"KINEGRAPH_HOME": str(home), "KINEGRAPH_REDIS_URL": "redis://127.0.0.1:1/0"}
    done = run("doctor", env=environment(NOWHERE, **settings))
    assert f"ok   files        the folder {home}/media, made when the API starts\n" in done.stdout
    assert [*tmp_path.iterdir()] == []
    home.write_text("this is no folder")
    done = run("doctor", env=environment(NOWHERE, **settings))
    assert f"BAD  files        the folder {home}/media cannot be made: {home} is no folder\n" in done.stdout


def test_serve_and_worker_run_in_production_without_graphiql(database_url: str, redis_url: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {"KINEGRAPH_REDIS_URL": redis_url, "KINEGRAPH_JWT_SECRET": SECRET, "PORT": str(port)}
    env = environment(database_url, **settings)
    log = tmp_path / "serve.log"
    with (
        forked("serve", "--workers", "2", env=env, log=log) as api,
        forked("worker", env=env, log=tmp_path / "worker.log") as worker,
    ):
        await_answer(f"http://127.0.0.1:{port}/readyz", api, log)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/graphiql", timeout=10)
    assert (api.returncode, worker.returncode) == (0, 0)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"/readyz", "/graphiql"} <= {line.get("path") for line in lines}
    assert all(line["request_id"] for line in lines if line["message"] == "request")


def test_the_wheel_works_outside_the_checkout(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(wheels), "."]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = wheels.glob(f"kinegraph-{__version__}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "unpacked")
    code = (
        "import kinegraph, pathlib\n"
        "from kinegraph import revisions\n"
        "from kinegraph.graphiql import demo_people\n"
        "from kinegraph.canonical.rules import entries_of\n"
        "from kinegraph.canonical.rules_files import shipped_files\n"
        "from kinegraph.graphiql import page\n"
        "here = pathlib.Path(kinegraph.__file__).parent\n"
        "assert revisions.scripts() == here / 'migrations', revisions.scripts()\n"
        "print(here, revisions.head(), sum(len(entries_of(*f)) for f in shipped_files()), len(demo_people.people()),\n"
        "      len(page.routes(pathlib.Path('none'), None)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(PYTHONPATH=str(tmp_path / "unpacked")),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    where, head, exercises, people, routes = done.stdout.split()
    assert where == str(tmp_path / "unpacked" / "kinegraph")
    assert (head, int(exercises) >= 250, int(people) >= 7, int(routes) >= 2) == (revisions.head(), True, True, True)
