"""Handouts: printable pages of a version of a treatment plan, in the patient's language, as HTML and as PDF.

A handout is made when its signed address is opened, of what its signer may read then; nothing is stored. It has the
days and amounts of the version, and each exercise once, with its live content and a QR code that leads to its video.
The texts of clinics and of the library stay in the language in which they were written, with their own direction; names
of exercises are shown with the first alias in the language of the handout (docs/domain.md, Handouts).
"""
