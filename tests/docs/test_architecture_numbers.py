"""Numbers in docs/architecture.md are those of the code: each sentence is written with the constants."""

import re

from kinegraph.agents.catalog import MAX_TOOLS
from kinegraph.api.documents import MAX_TOOL_TEXT
from kinegraph.api.execution import MAX_TRIES
from kinegraph.api.executor import MAX_WAITING
from kinegraph.api.hang_ups import WATCH_AFTER_SECONDS
from kinegraph.breadth.plan import MAX_GAPS
from kinegraph.kit.cache import MAX_ENTRY_SHARE
from kinegraph.kit.database import CONNECT_SECONDS
from kinegraph.kit.leases import CONTROL_SECONDS
from kinegraph.kit.pool import ACQUIRE_SECONDS, DEFERRED_COMMIT_SECONDS
from kinegraph.media.graph_uploads import STORAGE_SECONDS
from kinegraph.outside import texts
from kinegraph.outside.storage_s3 import MAX_CACHED_URLS
from kinegraph.persisted.store_lookup import RECENT_BYTES, REGISTERED_SECONDS, TRUSTED_SECONDS
from kinegraph.realtime.feed import MAX_QUEUED, POLL_SECONDS
from kinegraph.settings import Settings
from kinegraph.vectors.jobs import CACHE_BYTES, WAIT_SECONDS
from tests.docs.markdown import ROOT, text_of
from tests.docs.test_lists import NUMBERS

FIELDS = Settings.model_fields
ARCHITECTURE = (
    f"or is sent after {1000 * DEFERRED_COMMIT_SECONDS:g} ms (`kit/pool.py`",
    f"whose execution takes less than {1000 * WATCH_AFTER_SECONDS:g} ms, has it stored",
    f"is watched from its {1000 * WATCH_AFTER_SECONDS:g}th millisecond on",
    f"by more than {MAX_GAPS} fields that are gaps",
    f"(`STORAGE_SECONDS`, {STORAGE_SECONDS} s, in `media/graph_uploads.py`)",
    f"for which a request waits {WAIT_SECONDS} seconds at most",
    f"is executed again, {MAX_TRIES} times in all (`MAX_TRIES` in `api/execution.py`)",
    f"it reads on from its own position, every {NUMBERS[int(POLL_SECONDS)]} seconds at least",
    f"A queue has {MAX_QUEUED:,} events;",
    f"tools for agents, up to {MAX_TOOLS} imported ones (`agents/catalog.py`)",
    f"| {MAX_TOOLS} texts of {MAX_TOOL_TEXT:,} characters |",
    f"| {RECENT_BYTES // 1024} KiB (`RECENT_BYTES`) |",
    f"| {MAX_CACHED_URLS:,} (`MAX_CACHED_URLS`) |",
    f"| {CACHE_BYTES // 2**20} MiB (`CACHE_BYTES`), some 900 |",
    f"{MAX_WAITING} wait (`MAX_WAITING`, `api/executor.py`)",
    f"| {WAIT_SECONDS} s (`WAIT_SECONDS`, `vectors/jobs.py`)",
    f"| {1000 * texts.WAIT_SECONDS:g} ms, and none for {texts.AWAY_SECONDS} s after that (`outside/texts.py`) |",
    f"| {ACQUIRE_SECONDS} s (`ACQUIRE_SECONDS`, `kit/pool.py`) |",
    f"| opening a connection | {CONNECT_SECONDS} s (`kit/database.py`) |",
    f"| BEGIN on an idle connection | {CONTROL_SECONDS} s (`CONTROL_SECONDS`, `kit/leases.py`)",
    f"| ROLLBACK, also to a savepoint | {CONTROL_SECONDS} s,",
    (
        f"`KINEGRAPH_STATEMENT_TIMEOUT` ({FIELDS['statement_timeout_seconds'].default} s; by default the execution's "
        f"{FIELDS['execution_seconds'].default} s end first)"
    ),
)


def test_the_numbers_of_the_architecture_are_the_constants_of_the_code() -> None:
    """Each sentence that is made of constants stands in the page, whatever its lines are."""
    text = re.sub(r"\s+", " ", text_of(ROOT / "docs" / "architecture.md"))
    assert [sentence for sentence in ARCHITECTURE if sentence not in text] == []
    assert MAX_ENTRY_SHARE == 8 and "No entry takes more than an eighth of its cache" in text
    assert {REGISTERED_SECONDS, TRUSTED_SECONDS} == {60} and "are not repeated for a minute" in text
