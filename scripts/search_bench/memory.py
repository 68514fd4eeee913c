"""`python -m search_bench.memory`: what the indexes of the lexicon take of a web process, in memory and time."""

import gc
import resource
import time
from pathlib import Path

from kinegraph.lexicon.rules_query import prepare

PAGE = resource.getpagesize()


def resident() -> float:
    """The memory of this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


def main() -> None:
    """Build the indexes, and print what they took. Where there is no /proc, it fails."""
    gc.collect()
    before, started = resident(), time.process_time()
    prepare()
    took = time.process_time() - started
    gc.collect()
    print(f"{resident() - before:.1f} MB, {took:.2f} s of CPU")


if __name__ == "__main__":
    main()
