"""The mutations `requestUpload` and `resumeUpload`: announcing a file for an exercise or a comment, and resuming it.

It is a room above `exercise`, since the permission to upload depends on the exercise, which `media` cannot import.
"""
