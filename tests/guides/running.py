"""Running a guide: its files in a folder with the npm packages of `packages`, its commands in a shell."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any  # what a guide computes

import pytest

import kinegraph
from tests.guides.pages import Guide

PACKAGES = Path(__file__).parent / "packages"
INSTALL = (
    "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error"
    " --prefer-offline --fetch-retries=0 --fetch-timeout=20000"
)
INSTALL_SECONDS, GUIDE_SECONDS = 120, 170
MARK = "--- the end of a block ---"
SOURCES = Path(kinegraph.__file__).parents[1]
TOOLS = {
    "python": f'exec "{sys.executable}" "$@"',
    "kinegraph": f'PYTHONPATH="{SOURCES}" exec "{sys.executable}" -m kinegraph.commands.cli "$@"',
}


def installed(folder: Path) -> Path:
    """The guides' npm packages. Skips the test where node or npm are missing, or npm cannot get the packages."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not on PATH: the guides of JavaScript clients cannot be run")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGES / name, folder)
    try:
        done = subprocess.run(INSTALL.split(), cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm ci has not got the guides' packages in {INSTALL_SECONDS} seconds")
    if done.returncode:
        pytest.skip(f"npm ci failed: {done.stderr.strip()[:200] or 'it said nothing'}")
    return folder / "node_modules"


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
        (tools / tool).write_text(f"#!/bin/sh\n{command}\n")
        (tools / tool).chmod(0o755)


async def printed(guide: Guide, folder: Path, env: Mapping[str, str]) -> list[str]:
    """Run the blocks of a guide in one shell. Returns what each printed; fails with all of it where one failed."""
    blocks = ["" if step.installs else step.commands for step in guide.steps]
    script = "".join(f"{block}\nprintf '\\n{MARK}\\n'\n" for block in blocks)
    path = f"{folder / '.tools'}:{env['PATH']}"
    with (folder / ".output").open("wb") as output:
        shell = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", script),
            cwd=folder,
            env={**env, "PATH": path, "NO_COLOR": "1"},
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
