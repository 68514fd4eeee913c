"""Files: uploads, attachments, thumbnails (docs/domain.md, Files).

A user announces an upload (`requestUpload`), sends the file to a signed URL, and uses the upload once. The file is
stored under `staging/` first. Using it inspects what was stored, its size and, by its first bytes, its type, and copies
it to its own key. So the file of an attachment cannot be replaced through the signed URL. An upload that nobody used
within a day is deleted with its file, or when the last signed address has expired, if that is later. The object storage
is inspected and written before the transaction of a request with one mutation begins; later ones find it open.

A job makes the thumbnail of an image. Files and thumbnails are immutable, and rows may share them: the attachments of a
snapshot refer to the files of those that they were copied from.
"""
