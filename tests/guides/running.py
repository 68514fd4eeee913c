"""Running a guide: its files in a folder with the npm packages of `packages`, its commands in a shell.

The product's own command is answered by a process that has imported it (`process.running`), through a socket.
"""

import asyncio
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any  # what a guide computes

import pytest

from tests.guides.pages import Guide
from tests.process.running import run

PACKAGES = Path(__file__).parent / "packages"
INSTALL = (
    "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error"
    " --prefer-offline --fetch-retries=0 --fetch-timeout=20000"
)
INSTALL_SECONDS, GUIDE_SECONDS = 120, 170
SOCKET = "GUIDE_SOCKET"  # in the environment: the path of what answers the product's command
MARK = "--- the end of a block ---"
TOOLS = {
    "python": f'#!/bin/sh\nexec "{sys.executable}" "$@"\n',
    "kinegraph": f"""#!{sys.executable} -IS
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(os.environ["{SOCKET}"])
    connection.sendall(json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode())
    connection.shutdown(socket.SHUT_WR)
    code, out, err = json.load(connection.makefile())
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
""",
}
"""The commands that every guide uses."""


def installed(home: Path) -> Path:
    """The guides' npm packages, which stay in this folder for the next tests: a change of the lock is another folder.

    Skips the test where node or npm are missing, or npm cannot get the packages.
    """
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not on PATH: the guides of JavaScript clients cannot be run")
    files = [PACKAGES / name for name in ("package.json", "package-lock.json")]
    folder = home / f"guides-{hashlib.sha256(b''.join(file.read_bytes() for file in files)).hexdigest()}"
    if not folder.exists():
        home.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=home, ignore_cleanup_errors=True) as new:
            for file in files:
                shutil.copy(file, new)
            install(Path(new))
            with suppress(OSError):  # other tests may have been faster
                Path(new).rename(folder)
    return folder / "node_modules"


def install(folder: Path) -> None:
    """Install the npm packages of a folder's lock. Skips the test where npm cannot get them."""
    try:
        done = subprocess.run(INSTALL.split(), cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm ci has not got the guides' packages in {INSTALL_SECONDS} seconds")
    if done.returncode:
        pytest.skip(f"npm ci failed: {done.stderr.strip()[:200] or 'it said nothing'}")


def evaluated(code: str, folder: Path) -> Any:
    """The exports of a module of JavaScript that runs in a folder without packages. Skips where node is missing."""
    if shutil.which("node") is None:
        pytest.skip("node is not on PATH: the guides of JavaScript clients cannot be run")
    (folder / "module.mjs").write_text(code)
    script = 'import("./module.mjs").then((found) => console.log(JSON.stringify({ ...found })))'
    done = subprocess.run(["node", "-e", script], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def put(guide: Guide, folder: Path) -> None:
    """Write the files of a guide into a folder, and the commands that every guide uses."""
    for name, code in guide.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(code)
    tools = folder / ".tools"
    tools.mkdir()
    for tool, command in TOOLS.items():
        (tools / tool).write_text(command)
        (tools / tool).chmod(0o755)


@asynccontextmanager
async def commands_answered() -> AsyncIterator[dict[str, str]]:
    """A socket that runs commands of the product; the variable of the environment that names it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arguments, env, folder = json.loads(await reader.read())
        done = await asyncio.to_thread(run, *arguments, env=env, folder=Path(folder))
        writer.write(json.dumps([done.returncode, done.stdout, done.stderr]).encode())
        writer.close()
        await writer.wait_closed()

    with TemporaryDirectory() as short:  # a socket's path may have about 100 characters
        path = f"{short}/socket"
        async with await asyncio.start_unix_server(answer, path):
            yield {SOCKET: path}


async def printed(guide: Guide, folder: Path, env: Mapping[str, str]) -> list[str]:
    """Run the blocks of a guide in one shell. Returns what each printed; fails with all of it where one failed."""
    blocks = ["" if step.installs else step.commands for step in guide.steps]
    script = "".join(f"{block}\nprintf '\\n{MARK}\\n'\n" for block in blocks)
    path = f"{folder / '.tools'}:{env['PATH']}"
    async with commands_answered() as answered:
        with (folder / ".output").open("wb") as output:
            shell = await asyncio.create_subprocess_exec(
                *("bash", "-euo", "pipefail", "-c", script),
                cwd=folder,
                env={**env, **answered, "PATH": path, "NO_COLOR": "1"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = await asyncio.wait_for(shell.wait(), GUIDE_SECONDS)
            except TimeoutError:
                code = None
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(shell.pid, signal.SIGKILL)
    text = (folder / ".output").read_text()
    assert code == 0, f"exit code {code}, after:\n{text}"
    return text.split(f"\n{MARK}\n")[:-1]
