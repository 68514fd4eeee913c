"""The mutation `requestUpload`, which announces a file for an exercise or a comment.

It is a room above `exercise`, since who may upload depends on the exercise, which `media` does not know.
"""
