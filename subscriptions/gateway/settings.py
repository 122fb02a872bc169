"""Where is the provider, and as whom do we speak to it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .addresses import path_to
from .line_paths import STYLES
from .profiles import PROFILES, Profile

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class ProviderSettings:
    """One partner's way to the provider. Empty addresses are the profile's own; times are in seconds.

    Plain http is accepted for this machine only, because the secret and the tokens travel on it. A person's
    consent is a refresh token, kept in a file (then a renewed one is written back) or given as it is; without
    either, calls that need a person are refused here. `page_timeout` is for pages of lines and PDFs.
    """

    base_url: str
    authority: str
    tenant: str
    client_id: str
    client_secret: str = field(repr=False)
    profile: str = "21vianet"
    timeout: float = 10.0
    poll_for: float = 8.0
    page_timeout: float = 60.0
    refresh_token: str = field(repr=False, default="")
    refresh_token_file: str = ""
    line_paths: str = ""

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ValueError(f"profile {self.profile!r} is none of {', '.join(PROFILES)}")
        for name in ("base_url", "authority"):
            address = getattr(self, name) or getattr(self.facts, name)
            object.__setattr__(self, name, _checked(name, address))
        for name in ("tenant", "client_id", "client_secret"):
            if not getattr(self, name):
                raise ValueError(f"{name} is empty")
        object.__setattr__(self, "line_paths", self.line_paths or self.facts.line_paths)
        if self.line_paths not in STYLES:
            raise ValueError(f"line_paths {self.line_paths!r} is none of {', '.join(STYLES)}")
        path_to(self.tenant)

    @property
    def facts(self) -> Profile:
        """What is particular to the cloud these settings name."""
        return PROFILES[self.profile]

    @property
    def on_this_machine(self) -> bool:
        """Whether provider or sign-in stand on this machine: a sandbox, never the provider itself."""
        return any(is_loopback(address) for address in (self.base_url, self.authority))


def is_loopback(address: str) -> bool:
    """Whether an address names this machine."""
    host = urlsplit(address).hostname or ""
    return host in _LOOPBACK or host.endswith(".localhost") or host.startswith("127.")


def _checked(name: str, address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"{name} is neither https nor on this machine")
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(f"{name} is not the address of a server")
    return address.rstrip("/")
