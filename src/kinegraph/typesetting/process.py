"""The process that makes one PDF by Typst: JSON in, PDF out. Beside it, it reads one folder of pictures."""

import json
import resource
import sys

import typst

TOO_MANY_PAGES = 3
MAX_BYTES, MAX_SECONDS = 3 * 2**30, 30
"""The most memory (address space) and the most time of processors that it may use."""


def main() -> int:
    """Make the document that the standard input describes; its exit status."""
    sent = json.load(sys.stdin)
    compiler = typst.Compiler(
        sent["template"].encode(),
        root=sent["folder"],
        ignore_system_fonts=True,
        sys_inputs={"data": sent["data"]},
    )
    try:
        made = compiler.compile(format="pdf")
    except typst.TypstError as error:
        is_too_long = "too many pages" in f"{error.message} {error.diagnostic}"
        print("too many pages" if is_too_long else error.message, file=sys.stderr)
        return TOO_MANY_PAGES if is_too_long else 1
    assert isinstance(made, bytes)
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
    sys.exit(main())
