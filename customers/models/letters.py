"""What does a partner say in its own words, who at a customer gets which letter, and what does a mail's link open?"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from customers.history.keeping import Kept

from .customers import Contact, ContactRole, Customer
from .messages import Letter, Message
from .partners import OwnedQuerySet, PartnerOwned
from .people import User


class LetterWordsQuerySet(OwnedQuerySet["LetterWords"]):
    """A partner's words, narrowed; customers read them in their letters."""

    customer_path = None


class LetterWords(PartnerOwned):
    """What a partner says before and after our words of one letter in one language. Plain text, in which `$name`
    stands for one of the values listed in customers.placeholders; nothing in it is ever evaluated."""

    letter = models.CharField(max_length=20, choices=Letter)
    language = models.CharField(max_length=10)
    opening = models.TextField(blank=True)
    closing = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = LetterWordsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "letter words"
        constraints = [
            models.UniqueConstraint(fields=["partner", "letter", "language"], name="customers_letter_words_once")
        ]
        triggers = [Kept()]

    def __str__(self) -> str:
        return f"{self.letter}, {self.language}"


class LogoQuerySet(OwnedQuerySet["Logo"]):
    """Logos, narrowed; customers see theirs on pages and papers."""

    customer_path = None


class Logo(PartnerOwned):
    """A picture that is or was a partner's logo: letters that show it keep it. `Partner.logo` says which holds."""

    kind = models.CharField(max_length=20)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = LogoQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "sha256"], name="customers_logo_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind}, {self.sha256[:12]}"


class ContactPreference(PartnerOwned):
    """To whom a customer wants one kind of letter to go; without a role it goes to nobody.

    Which letters can be given elsewhere, and which be switched off, is in customers.choosing."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="preferences")
    letter = models.CharField(max_length=20, choices=Letter)
    role = models.CharField(max_length=20, choices=ContactRole, blank=True)
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OwnedQuerySet["ContactPreference"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "customer", "letter"], name="customers_preference_once")
        ]
        triggers = [Kept()]

    def __str__(self) -> str:
        return f"{self.letter}: {self.role or 'nobody'}"


class MailLinkQuerySet(OwnedQuerySet["MailLink"]):
    """Links in mails, narrowed."""


class MailLink(PartnerOwned):
    """What the button of one letter opens without a password: one invoice, for one contact, until a day.

    Only the fingerprint of its token is kept. The token itself follows from `salt` and the installation's secret,
    so a letter that is handed over again carries the same one."""

    class Why(models.TextChoices):
        """Why it opens nothing any more, before its day."""

        STAFF = "staff", _("revoked by us")
        CUSTOMER = "customer", _("revoked by the customer")
        CONTACT = "contact", _("the contact has changed")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="mail_links")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="links")
    # The invoice's number, as a letter names it.
    about = models.CharField(max_length=40)
    email = models.EmailField()
    salt = models.CharField(max_length=32)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revoked_why = models.CharField(max_length=10, choices=Why, blank=True)

    objects = MailLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["message", "about"], condition=Q(revoked_at=None), name="customers_mail_link_once"
            ),
            models.CheckConstraint(
                name="customers_mail_link_revoked_why",
                condition=Q(revoked_at=None, revoked_why="") | (Q(revoked_at__isnull=False) & ~Q(revoked_why="")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="as_mailed", exclude=["contact", "used_at", "revoked_at", "revoked_by", "revoked_why"]
            ),
            Kept(of=["revoked_at", "revoked_by_id", "revoked_why"]),
        ]

    def __str__(self) -> str:
        return f"{self.about}, {self.email}"
