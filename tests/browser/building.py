"""Bundles the page of these tests in a temporary folder, where npm and its packages can be had."""

import shutil
import subprocess
from pathlib import Path

import pytest

PAGE = Path(__file__).parent / "page"
INSTALL = "npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=0 --fetch-timeout=20000"
BUNDLE = "page.jsx --bundle --jsx=automatic --outfile=page.js --log-level=error"
INSTALL_SECONDS, BUNDLE_SECONDS = 60, 60


def bundled(folder: Path) -> str:
    """The page's script. Skips the test where node or npm are missing, or npm cannot get the packages."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not on PATH: the page with Apollo Client cannot be built")
    work = folder / "page"
    shutil.copytree(PAGE, work)
    try:
        installed = subprocess.run(INSTALL.split(), cwd=work, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm ci has not got the page's packages in {INSTALL_SECONDS} seconds")
    if installed.returncode:
        pytest.skip(f"npm ci failed: {installed.stderr.strip()[:200] or 'it said nothing'}")
    command = [str(work / "node_modules" / ".bin" / "esbuild"), *BUNDLE.split()]
    # The development build, since only that warns of data that a cache loses.
    command.append('--define:process.env.NODE_ENV="development"')
    built = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=BUNDLE_SECONDS)
    assert built.returncode == 0, built.stderr
    return (work / "page.js").read_text()
