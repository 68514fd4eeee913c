"""The mutation `requestUpload`, which announces a file for an exercise or a comment.

It is a room above `exercise`, since the permission to upload depends on the exercise, which `media` cannot import.
"""
