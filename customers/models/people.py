"""Who is signed in, and for whom do they act?"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from customers.history.keeping import Kept
from customers.roles import ALLOWS, CUSTOMER_ROLES, STAFF_ROLES, May, Role

from .partners import Partner


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail is the name and is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who can sign in once given a membership."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An admin of the whole installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Signing in ignores the case of the address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may see and do is in their memberships, not here."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    language = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    # May open Django admin.
    is_staff = models.BooleanField(default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="customers_user_email_any_case")]
        triggers = [
            Kept(
                of=["password", "is_superuser", "email", "name", "language", "is_active", "is_staff"],
                added=True,
                taken_away=True,
                hidden=["password"],
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return "".join(part[0] for part in self.name.split()[:2]).upper()


class Membership(models.Model):
    """A person's place with a partner, or with one of its customers."""

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "user", "customer"], name="customers_membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="customers_membership_role_fits",
                condition=Q(customer=None, role__in=[str(role) for role in STAFF_ROLES])
                | Q(customer__isnull=False, role__in=[str(role) for role in CUSTOMER_ROLES]),
            ),
        ]
        triggers = [Kept()]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"

    @property
    def is_staff(self) -> bool:
        """Works for the partner itself."""
        return self.customer_id is None

    def may(self, what: str) -> bool:
        """Whether this place allows the deed (a value of `May`)."""
        return May(what) in ALLOWS[self.role]
