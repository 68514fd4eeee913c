"""Builds the site into .site/html: `python -m docsite`. Warnings are errors, among them broken links and anchors."""

import shutil
import subprocess
import sys
from pathlib import Path

from docsite.pages import ROOT, pages

SITE = ROOT / ".site"
HERE = Path(__file__).parent
MERMAID = ROOT / ".venv" / "docs" / "mermaid.tiny.js"
"""Put there by scripts/docsite/fetch."""


def collect(source: Path) -> None:
    """Put every page and what Sphinx needs into one folder."""
    shutil.copytree(ROOT / "docs", source)
    for path, content in pages():
        (source / path).parent.mkdir(exist_ok=True)
        (source / path).write_text(content)
    (source / "_static").mkdir()
    for file, folder in ((HERE / "conf.py", source), (HERE / "diagrams.js", source / "_static")):
        shutil.copy(file, folder)
    if MERMAID.exists():
        shutil.copy(MERMAID, source / "_static")


def main() -> int:
    """Build. Returns Sphinx's exit code."""
    shutil.rmtree(SITE, ignore_errors=True)
    collect(SITE / "source")
    build = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet", "--builder", "html"]
    return subprocess.run([*build, SITE / "source", SITE / "html"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
