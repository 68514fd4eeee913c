"""The one error of this room: something outside Kinegraph is missing or does not work."""


class ServiceError(Exception):
    """A service outside cannot be used; its first line says what to do.

    A server that failed to start adds the last lines of its own log below.
    """
