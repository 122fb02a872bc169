"""Who reads which paper? A customer with invoices of any amounts, and what a reader finds in a PDF."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader

from customers.models import Partner
from tests.money.conftest import a_customer, issued
from tests.pages.my.conftest import sign_in
from tests.pages.staff.conftest import Desk, sit_down

__all__ = ["Desk", "a_customer", "issued", "sign_in", "sit_down"]


def pdf_text(content: bytes) -> str:
    """What a reader finds in a PDF, on one line, hard spaces as spaces."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join((page.extract_text() or "").split()) for page in pages)


def squeezed(text: Any) -> str:
    """A text without any spaces: where a PDF breaks its words is its own affair."""
    return "".join(str(text).split()).replace("\u00a0", "")


@pytest.fixture
def named(hanhai) -> Partner:
    """Hanhai with everything a paper prints of it."""
    hanhai.mark, hanhai.address = "瀚", "北京市朝阳区建国路88号"
    hanhai.bank_account, hanhai.bank_name, hanhai.bank_number = "瀚海云科技有限公司", "招商银行", "1109 0428 6610 902"
    hanhai.reply_email = "billing@hanhai.example"
    hanhai.save()
    return hanhai
