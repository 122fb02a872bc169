"""Who may make an account, how does somebody prove who they are, and what does the log say of it?

People are invited; the rest is allauth's."""

import base64
import hashlib
import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ResetPasswordForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from outbox import clock

from .account_mail import promise_mail
from .models import AccountMail, Membership, User
from .roles import weighty

log = logging.getLogger(__name__)

SECOND = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class ByInvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the public sign-up, and has every mail promised instead of sent while somebody waits.

    Notes who came in, who left, whose password was set and who was refused; what was typed is in no line, since a
    password is now and then typed where the address belongs."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("That e-mail and password don’t go together."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come with a membership, which only an existing member gives."""
        return False

    def send_notification_mail(self, template_prefix: str, user: User, context: Any = None, email: Any = None) -> None:
        """Whoever's sign-in changed hears of it."""
        about = template_prefix.rpartition("/")[2]
        promise_mail(AccountMail.Kind.CHANGED, user.email, now=clock.now(), about=about)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No mail leaves within a request, where its links would follow the Host header."""
        raise NotImplementedError(f"the mail {template_prefix} is not one of ours")

    def login(self, request: HttpRequest, user: User) -> None:
        """A session begins."""
        super().login(request, user)
        log.info("person %s signed in from %s", user.pk, self.get_client_ip(request))

    def logout(self, request: HttpRequest) -> None:
        """A session ends because its person says so."""
        person = request.user.pk
        super().logout(request)
        log.info("person %s signed out from %s", person, self.get_client_ip(request))

    def set_password(self, user: User, password: str) -> None:
        """A password is changed, or set by the link of a mail."""
        super().set_password(user, password)
        log.info("the password of person %s was set", user.pk)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before a password is looked at: too many wrong ones stop here. Raises ValidationError."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            log.warning("sign-in stopped by its limit, from %s", self.get_client_ip(request))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Address and password don't go together."""
        log.warning("sign-in refused, from %s", self.get_client_ip(request))


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for a link. The address is not looked up here, so a stranger's takes as long as a member's."""

    def clean_email(self) -> str:
        """Any address will do."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Promise the mail; whether there is anybody to send it to is found out when it is due."""
        email = str(self.cleaned_data["email"])
        promise_mail(AccountMail.Kind.RESET, email, now=clock.now())
        return email


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps encrypted, and the last factor of whoever needs one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Your role needs a second factor. Add another one first."),
        "incorrect_code": _("This code is not right. Type the one the app shows now."),
    }

    def encrypt(self, text: str) -> str:
        """With a key made from SECRET_KEY: a copy of the database alone opens nothing."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of somebody who must have one."""
        if authenticator.type not in SECOND or not must_prove_twice(authenticator.user):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=SECOND)
        return bool(others.exclude(pk=authenticator.pk).exists())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the portal's own address, whatever the Host header says."""
        return {"id": urlsplit(settings.PORTAL_URL).hostname or "localhost", "name": settings.MFA_TOTP_ISSUER}


def _box() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"mfa:{settings.SECRET_KEY}".encode()).digest()))


def must_prove_twice(user: User, places: list[Membership] | None = None) -> bool:
    """Whether this person needs a second factor here: outside the demo, whoever may approve or touch money in any of
    their places, and whoever may open the admin."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    mine = Membership.objects.filter(user=user, customer=None) if places is None else places
    return user.is_staff or any(place.customer_id is None and weighty(place.role) for place in mine)


def has_second_factor(user: User) -> bool:
    """Whether the person has an authenticator app or a passkey."""
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND).exists())
