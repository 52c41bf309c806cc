"""The accounts that web tests sign in with."""

PASSWORD = "correct horse battery"
