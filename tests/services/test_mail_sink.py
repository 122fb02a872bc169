"""The demo's mail can be read, and a dead mailbox can be shown."""

import smtplib

import pytest
from django.core.mail import EmailMessage, send_mail


def test_a_letter_is_kept_whole_and_named_after_its_message_id(mail_dir):
    letter = EmailMessage(
        "Просрочено 逾期",
        "До 20 ноября",
        "billing@hh.example",
        ["buchhaltung@contoso.example"],
        bcc=["archive@hh.example"],
        headers={"Message-ID": "<one/../two@hh.example>"},
    )
    assert letter.send() == 1
    (file,) = mail_dir.iterdir()
    assert file.name.endswith("-one..two@hh.example.eml")
    text = file.read_text()
    assert "X-RcptTo: buchhaltung@contoso.example, archive@hh.example" in text
    assert "До 20 ноября" in text


@pytest.mark.parametrize("address", ["bounce@contoso.example", "Bounce+7@contoso.example", "a@bounce.example"])
def test_a_dead_mailbox_is_refused_for_good(mail_dir, address):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        send_mail("Invoice", "Due", "billing@hh.example", [address])
    assert [code for code, _ in refusal.value.recipients.values()] == [550]
    assert list(mail_dir.iterdir()) == []
