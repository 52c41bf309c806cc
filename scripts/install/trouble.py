"""The one way in which the two commands fail: a line that says what was expected, what was found and what to do."""


class Trouble(Exception):
    """Ends the command with this text on standard error and exit code 1."""
