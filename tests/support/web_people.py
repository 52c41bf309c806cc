"""The accounts that web tests sign in with, and what they bring."""

import base64

PASSWORD = "correct horse battery"


def carried(content: bytes) -> str:
    """A chosen file as the pages' script puts it into a form."""
    return f"data:application/octet-stream;base64,{base64.b64encode(content).decode()}"
