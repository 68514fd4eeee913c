"""Facts about files for the tests of all rooms."""

from tests.rooms import Declarations

ROOM = Declarations(
    clocks={
        "media.graph_uploads": "how long an upload may take; answers with the object storage are not covered",
        "media.graph_uses": "a mutation",
        "media.store": "a mutation",
    },
    counted_edges=("Upload.headers", "Upload.parts", "UploadPart.headers"),  # they have no rows
    own_nodes=("Upload",),
    bounds={
        "Upload.headers": "made by the object storage, a few of them",
        "Upload.parts": "a file of at most 500 MiB has at most 32 parts of 16 MiB",
        "UploadPart.headers": "made by the object storage, a few of them",
    },
)
