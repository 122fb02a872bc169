"""Which mails are about signing in, and what do they say? Promised here, addressed and written only when they leave."""

import hashlib
import smtplib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from outbox import clock
from outbox.keeping import Done, Later, Lease, Moot, Park, Result

from .branding import enclose
from .channels import channels_of
from .models import AccountMail, Invitation, Membership, Partner, User
from .sending import sender_of
from .writing import LANGUAGES, message_id

Kind = AccountMail.Kind

# What changed about signing in, by the name that the deed goes by.
CHANGES: Final[dict[str, str | Promise]] = {
    "password_changed": _("Your password was changed."),
    "password_reset": _("Your password was set anew through a link that was mailed to you."),
    "password_set": _("A password was set."),
    "totp_activated": _("An authenticator app was added."),
    "totp_deactivated": _("The authenticator app was removed."),
    "recovery_codes_generated": _("New recovery codes were made; the old ones open nothing any more."),
    "webauthn_added": _("A passkey was added."),
    "webauthn_removed": _("A passkey was removed."),
}


@dataclass(frozen=True)
class House:
    """Whose letterhead a mail carries that belongs to no partner."""

    name: str = "Partner Portal"
    mark: str = "P"
    address: str = ""
    reply_email: str = ""
    logo: str = ""


def promise_mail(
    kind: str, to_email: str, *, now: datetime, invitation: Invitation | None = None, about: str = ""
) -> AccountMail:
    """Promise one mail; it leaves by itself, and nothing is looked up about the address before."""
    key = f"account:{kind}:{uuid.uuid4()}"
    return AccountMail.objects.create(
        key=key,
        partner=invitation.partner if invitation else None,
        kind=kind,
        to_email=to_email,
        invitation=invitation,
        about=about,
        message_id=message_id(key),
        queued_at=now,
        due_at=now,
    )


def keep_account_mail(mail: AccountMail, lease: Lease) -> Result:
    """Write the mail and hand it over. A reset for an address without an account is overtaken, not sent."""
    if mail.handed_at:
        return Done()
    written = _written(mail)
    if isinstance(written, Moot):
        return written
    try:
        written.send()
    except smtplib.SMTPRecipientsRefused as refused:
        code, text = next(iter(refused.recipients.values()))
        return Park(f"{mail.to_email}: {code} {text!r}"[:300])
    except (smtplib.SMTPException, OSError) as error:
        return Later(timedelta(seconds=min(2**mail.attempts, 300)), f"{type(error).__name__}: {error}")
    mail.handed_at = clock.now()
    mail.save(update_fields=["handed_at"])
    return Done()


def secret_of(mail: AccountMail) -> str:
    """The secret in an invitation's link. It stands nowhere: it is made anew from the mail's key, so that a mail that
    is tried twice carries the same link."""
    return salted_hmac("customers.invitation", mail.key, algorithm="sha256").hexdigest()


def _written(mail: AccountMail) -> EmailMultiAlternatives | Moot:
    if mail.kind == Kind.INVITATION:
        return _invitation(mail)
    user = User.objects.filter(email__iexact=mail.to_email, is_active=True).first()
    if user is None:
        return Moot("no account with this address")
    return _to_person(mail, user)


def _invitation(mail: AccountMail) -> EmailMultiAlternatives | Moot:
    invitation = mail.invitation
    assert invitation is not None
    if not invitation.counts(clock.now()):
        return Moot("taken up, taken back or run out")
    secret = secret_of(mail)
    invitation.secret_hash = hashlib.sha256(secret.encode()).hexdigest()
    invitation.save(update_fields=["secret_hash"])
    customer, partner = invitation.customer, invitation.partner
    values = {"invitation": invitation, "customer": customer, "to": reverse("invitation", args=[secret])}
    return _mail(mail, partner, invitation.language, customer.tz if customer else partner.tz, values)


def _to_person(mail: AccountMail, user: User) -> EmailMultiAlternatives:
    partner, zone = _letterhead(user)
    values: dict[str, Any] = {"person": user, "to": reverse("account_reset_password"), "what": CHANGES.get(mail.about)}
    if mail.kind == Kind.RESET:
        key = default_token_generator.make_token(user)
        values["to"] = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), key])
    return _mail(mail, partner, user.language, zone, values)


def _letterhead(user: User) -> tuple[Partner | House, tzinfo]:
    """The partner's if all the person's places are with one; it is nobody's business who else they work with."""
    partners = {place.partner_id: place.partner for place in Membership.objects.filter(user=user).select_related()}
    if len(partners) != 1:
        return House(), UTC
    partner = next(iter(partners.values()))
    return partner, partner.tz


def _mail(
    mail: AccountMail, partner: Partner | House, language: str, zone: tzinfo, values: dict[str, Any]
) -> EmailMultiAlternatives:
    wanted = language if language in LANGUAGES else "en"
    context = {
        "portal_url": settings.PORTAL_URL,
        "partner": partner,
        "language": wanted,
        "now": mail.queued_at,
        "zone": zone,
        "support": channels_of(partner) if isinstance(partner, Partner) else None,
        **values,
    }
    with translation.override(wanted), timezone.override(zone):
        folder = f"emails/{mail.kind}"
        subject = " ".join(render_to_string(f"{folder}/subject.txt", context).split())
        text, html = (render_to_string(f"{folder}/body.{kind}", context) for kind in ("txt", "html"))
    sender = sender_of(partner) if isinstance(partner, Partner) else settings.DEFAULT_FROM_EMAIL
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    written = EmailMultiAlternatives(subject[:300], text, sender, [mail.to_email], headers=headers)
    written.attach_alternative(html, "text/html")
    if isinstance(partner, Partner):
        enclose(written, html, partner)
    return written
