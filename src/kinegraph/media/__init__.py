"""Files: uploads, the attachments that they become, their thumbnails.

An upload is announced (`requestUpload`), sent to a signed address, and used once, by whoever announced it.
What is sent lies under `staging/`; using it copies it to its key, after a look at what was really stored: its
size and, by its first bytes, its type. So what an attachment shows cannot be replaced through the signed
address, and an upload that nobody used within a day goes without a trace. Looking and copying speak to the
object storage and are done before the transaction that uses the upload begins.

An image's thumbnail is a job of its own. A file and its thumbnail are immutable and may be shared: a snapshot's
attachments refer to the files of those they were copied from.
"""
