"""Facts about files for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    counted_edges=("Upload.headers", "Upload.parts", "UploadPart.headers"),  # they have no rows
    own_nodes=("Upload",),
    bounds={
        "Upload.headers": "made by the object storage, a few of them",
        "Upload.parts": "a file of at most 500 MiB has at most 32 parts of 16 MiB",
        "UploadPart.headers": "made by the object storage, a few of them",
    },
)
