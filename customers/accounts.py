"""Who may make an account? Nobody by themselves: people are invited."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ByInvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the public sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("That e-mail and password don’t go together."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come with a membership, which only an existing member gives."""
        return False
