"""Accounts, tokens, and who is asking."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ....core.identity import Role
from .base import Input, Instant, Output, Query, Word

Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=128)]
GivenRole = Annotated[Role, Field(strict=False)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Mail = Literal["all", "urgent", "none"]
NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=1024), Field(json_schema_extra={"format": "password"})]


class AccountIn(Input):
    """A new account."""

    username: Username
    password: NewPassword
    roles: list[GivenRole] = Field(min_length=1)
    name: Name = ""
    reader: Word | None = Field(default=None, description="for radiologists: the reader's id in the rules file")
    facility: Word | None = Field(default=None, description="for facility users: the facility's id in the rules file")
    language: str = Field("", max_length=8)
    email: Email = Field("", description="where notices of the ladders go")
    mail: Mail = Field("all", description="which notices: urgent are those about studies of the most urgent priority")


class AccountChange(Input):
    """What changes; what is left out stays."""

    password: NewPassword | None = None
    roles: list[GivenRole] | None = Field(default=None, min_length=1)
    name: Name | None = None
    reader: Word | None = None
    facility: Word | None = None
    language: Annotated[str, StringConstraints(max_length=8)] | None = None
    disabled: bool | None = None
    email: Email | None = None
    mail: Mail | None = None


class AccountOut(Output):
    """An account; its ETag is its version."""

    username: str
    version: int
    name: str
    roles: list[Role]
    reader: str | None
    facility: str | None
    language: str | None
    email: str | None
    mail: Mail
    disabled: bool
    locked_until: datetime | None
    created_at: datetime


class MailChange(Input):
    """Where one's notices go by mail, and which of them."""

    email: Email
    mail: Mail = "all"


class AccountList(Output):
    """All accounts, by user name."""

    items: list[AccountOut]
    next: str | None


class TokenIn(Input):
    """A new API token for oneself; administrators may name another account."""

    name: Word
    expires_at: Instant | None = None
    username: Username | None = None


class TokenQuery(Query):
    """Whose tokens: one's own, or for administrators anybody's."""

    username: str = Field("", max_length=64)


class TokenOut(Output):
    """An API token, without its secret."""

    id: str
    username: str
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewTokenOut(TokenOut):
    """A new API token. The secret is shown this once."""

    token: str


class TokenList(Output):
    """API tokens, newest first."""

    items: list[TokenOut]
    next: None


class MeOut(Output):
    """Who is asking, and what they may do."""

    username: str
    name: str
    roles: list[Role]
    rights: list[str]
    reader: str | None
    facility: str | None
    language: str
    csrf_token: str | None = Field(description="what writes send as X-CSRF-Token; null unless signed in by cookie")
