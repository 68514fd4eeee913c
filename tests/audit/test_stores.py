"""Functions of stores that read data of patients name the patients for the audit trail, or are listed here."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

from kinegraph.privacy.rules import PERSONAL
from tests.house.sources import SOURCES
from tests.identity.rows import Pool

NOT_OF_PATIENTS = frozenset(
    {
        *("memberships", "viewer_versions", "idempotency_keys", "document_registrations", "exercise_video_votes"),
        *("load_steps", "audit_pseudonyms"),
    }
)
"""Tables with rows of one person that say nothing about their health."""
TABLES = "|".join(sorted({each.table for each in PERSONAL if each.handling == "delete"} - NOT_OF_PATIENTS))
READS = re.compile(rf"(?:(?<!DELETE )\bFROM|\bJOIN)\s+({TABLES})\b|^({TABLES}) \w+$")

UNNAMED: Mapping[str, str] = {
    "of objects that another function has answered, which named the patient": """
        adherence.store.exercises_of adherence.store.days_with_data adherence.store.felt_by
        adherence.store_worklist.exercises_of
        enrolling.store.lock enrolling.store.held_versions enrolling.store.hold enrolling.store.resume
        enrolling.store.end
        enrollment.store.due enrollment.store.due_sessions enrollment.store.due_on
        enrollment.store.pauses_of enrollment.store.versions_of enrollment.store.move_pages
        logbook.store.revision_pages logbook.store_writing.stored logbook.store_writing.last_editor
        patient.store_writing.lock patient.store_writing.decisions
        response.store.lock
        response.store_proposing.propose response.store_proposing.review
        result.store.sets_of result.store.submissions_of
        result.store_writing.submission result.store_writing.current_sets
    """,
    "the version of a result that was deleted": "result.store_writing.last_deleted",
    "numbers of rows, and figures of many patients": """
        adherence.store_analytics.analytics_of adherence.store_worklist.worklist_counts
        enrollment.store.move_counts enrollment.store_lists.counts logbook.store.counts logbook.store.revision_counts
        patient.store.counts patient.store.consent_counts response.store.counts result.store_writing.count_submissions
    """,
    "of all patients, of whom the caller names those that it shows": "enrollment.store_blocks.ruled_out",
    "of the viewer alone": """
        enrollment.store_lists.of_viewers patient.store.of_viewers sync.store.pages
        telemetry.store_targets.consents telemetry.store_targets.planned telemetry.store_upkeep.purge
    """,
    "which plans the viewer may read as a patient": """
        plan.store.visible plan.store.visible_version plan.store.shown plan.store.selected
        plan.store.by_ids plan.store.versions plan.store.versions_of
        plan.store.numbered_versions plan.store.sessions plan.store.exercises
    """,
    "the day that it is for a patient": "enrollment.store_safety.today_of patient.store.patient_join",
    "loads that are proposed": "record.store.maxima_of",
}
"""Functions that name nobody, by the reason why they need not."""


def tables_read(text: str, folder: Path) -> set[str]:
    """The tables with data of patients that a text of SQL reads, or the file of SQL that it names."""
    if text.endswith(".sql") and (folder / text).is_file():
        text = (folder / text).read_text()
    return {name for found in READS.finditer(text) for name in found.groups() if name}


class Module:
    """The functions and constants of a module: what each reads by itself and by others of the module."""

    def __init__(self, path: Path) -> None:
        self.functions: list[str] = []
        self.reads: dict[str, set[str]] = {}
        self.names: dict[str, set[str]] = {}
        for statement in ast.parse(path.read_text()).body:
            for name in self._declared(statement):
                nodes = list(ast.walk(statement))
                texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
                self.reads[name] = {table for text in texts for table in tables_read(text, path.parent)}
                self.names[name] = {node.id for node in nodes if isinstance(node, ast.Name)}
                self.names[name] |= {node.attr for node in nodes if isinstance(node, ast.Attribute)} & {"subjects"}

    def _declared(self, statement: ast.stmt) -> list[str]:
        if isinstance(statement, ast.AsyncFunctionDef | ast.FunctionDef):
            self.functions.append(statement.name)
            return [statement.name]
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        return [target.id for target in targets if isinstance(target, ast.Name)]

    def used(self, name: str) -> set[str]:
        """The names that a declaration uses, also through others of the module."""
        found, waiting = {name}, [name]
        while waiting:
            for other in self.names.get(waiting.pop(), ()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found


def unnamed() -> set[str]:
    """The functions of stores that read data of patients and name nobody."""
    found = set()
    for path in sorted(SOURCES.glob("kinegraph/*/store*.py")):
        if path.parent.name in ("audit", "privacy"):
            continue
        module = Module(path)
        for name in module.functions:
            used = module.used(name)
            is_read = any(module.reads.get(each) for each in used)
            if is_read and not name.startswith("_") and not used & {"seen", "subjects"}:
                found.add(f"{path.parent.name}.{path.stem}.{name}")
    return found


def test_who_reads_patients_names_them() -> None:
    """A function that reads a table with data of patients, by its SQL, names them, or is listed with the reason."""
    assert unnamed() == {name for names in UNNAMED.values() for name in names.split()}


UNRECORDED: Mapping[str, str] = {
    "patients alone send it, thousands of rows at a time": """
        media_events pose_frames playback_errors media_sessions pose_sessions telemetry_batches
    """,
    "copies, made by triggers": "adherence_totals sync_changes",
}
"""Tables with data of patients whose changes are not recorded, by the reason."""


async def test_changes_of_data_of_patients_are_recorded(owner: Pool) -> None:
    """Each table with data of patients has the triggers that record inserts, updates and deletions, or is listed."""
    rows = await owner.fetch(
        """
        SELECT t.tgrelid::regclass::text AS name
        FROM pg_trigger t
        WHERE t.tgfoid = 'kinegraph_audit_change'::regproc
        GROUP BY 1 HAVING count(*) = 3
        """
    )
    recorded = {row.name for row in rows}
    assert recorded == {*TABLES.split("|")} - {name for names in UNRECORDED.values() for name in names.split()}


def test_the_reading_of_the_sources_finds_what_it_looks_for() -> None:
    """The test above finds tables in texts, in lists of rows and in files of SQL, and takes nothing else for one."""
    folder = SOURCES / "kinegraph" / "enrollment"
    assert tables_read("SELECT FROM enrollments e JOIN patients p ON true", folder) == {"enrollments", "patients"}
    assert tables_read("enrollment_moves m", folder) == {"enrollment_moves"}
    assert tables_read("due.sql", folder) == {"enrollments", "enrollment_versions", "enrollment_pauses", "patients"}
    assert tables_read("DELETE FROM enrollments", folder) == tables_read("enrollments", folder) == set()
