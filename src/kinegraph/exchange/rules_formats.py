"""Reading a file, whatever its format: the one door for what comes from outside."""

from collections.abc import Callable, Mapping

from kinegraph.exchange import rules_csv, rules_free_exercise_db, rules_json, rules_wger
from kinegraph.exchange.rules import MAX_FILE_BYTES, ExchangeError, File, Format, Parsed

READERS: Mapping[Format, Callable[[File], Parsed]] = {
    Format.FREE_EXERCISE_DB: rules_free_exercise_db.read,
    Format.WGER: rules_wger.read,
    Format.KINEGRAPH_JSON: rules_json.read,
    Format.CSV: rules_csv.read,
}


def read(format: Format, file: File) -> Parsed:
    """The entries of a file, and what is wrong with its rows. Raises ExchangeError for what is no such file at all."""
    for name, content in ((file.name, file.content), *file.beside.items()):
        if len(content) > MAX_FILE_BYTES:
            raise ExchangeError(f"{name} has more than {MAX_FILE_BYTES // 1024 // 1024} MB.")
    return READERS[format](file)
