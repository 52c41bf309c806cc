"""Tells an inference service that there is a new study: its UID and where its images are, nothing of the patient."""

from __future__ import annotations

import http.client
import ssl
from dataclasses import dataclass, field

from ..config.settings import Settings
from ..core.ai import Ai
from . import Later, Parcel, Rejected
from .webhook import Target, post, resolved


@dataclass(frozen=True)
class Inference:
    """The way to the endpoint of the section `ai`. A service that is slow or gone holds nothing up."""

    ai: Ai
    settings: Settings
    name: str = "ai"
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, compare=False, repr=False)

    def form(self, destination: str) -> str:
        """Studies alone are announced."""
        raise Rejected("Reports are not sent to inference services.")

    def deliver(self, parcel: Parcel) -> str:
        """Post it; the answer's body is not read: findings come by a request of the service's own."""
        if not self.ai.endpoint:
            raise Rejected("There is no endpoint in the section ai of the rules file.")
        seconds = self.ai.timeout.total_seconds()
        sent = {"Content-Type": parcel.media_type, "Connection": "close", "Idempotency-Key": parcel.key, **self._authorization()}
        try:
            status, _ = post(self._target(), parcel.body, sent, self.context, seconds)
        except (OSError, http.client.HTTPException) as failure:
            raise Later(f"The inference service could not be reached ({type(failure).__name__}).") from None
        if not 200 <= status < 300:
            told = f"The inference service answered {status}."
            raise Later(told) if status >= 500 or status in (408, 425, 429) else Rejected(told)
        return parcel.key

    def _target(self) -> Target:
        try:
            return resolved(self.ai.endpoint, self.settings.webhook_allowed_networks)
        except Rejected:
            raise Rejected(
                "The endpoint in the section ai is no http(s) address, "
                "or leads to a network that WebhookAllowedNetworks does not name."
            ) from None

    def _authorization(self) -> dict[str, str]:
        file = self.settings.ai_token_file
        if file is None:
            return {}
        try:
            return {"Authorization": f"Bearer {file.read_text(encoding='ascii').strip()}"}
        except (OSError, ValueError):
            raise Rejected("The token for the inference service cannot be read (AiTokenFile).") from None
