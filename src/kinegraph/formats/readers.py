"""The readers of all formats."""

from collections.abc import Callable, Mapping, Sequence

from kinegraph.formats import csv, free_exercise_db, kinegraph_json, wger
from kinegraph.formats.records import MAX_FILE_BYTES, File, FileError, Format, Rows

READERS: Mapping[Format, Callable[[File, Sequence[csv.Column]], Rows]] = {
    Format.FREE_EXERCISE_DB: lambda file, _: free_exercise_db.read(file),
    Format.WGER: lambda file, _: wger.read(file),
    Format.KINEGRAPH_JSON: lambda file, _: kinegraph_json.read(file),
    Format.CSV: csv.read,
}


def read(format: Format, file: File, columns: Sequence[csv.Column]) -> Rows:
    """The rows of a file; `columns` are those that a file without a fixed format may have.

    Raises FileError for a file that the format cannot read at all.
    """
    for name, content in ((file.name, file.content), *file.beside.items()):
        if len(content) > MAX_FILE_BYTES:
            raise FileError(f"{name} has more than {MAX_FILE_BYTES // 1024 // 1024} MiB.")
    return READERS[format](file, columns)
