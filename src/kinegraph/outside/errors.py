"""The error of this room: an external service is missing or does not work."""


class ServiceError(Exception):
    """An external service cannot be used; the first line says what to do.

    For a server that failed to start, the last lines of its log follow.
    """
