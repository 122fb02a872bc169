"""Which mails come in? Written here as people's and programs' own mail programs write them."""

from email.message import EmailMessage
from email.policy import SMTP

from disputes.case_address import address_of

# How a mail program repeats what was answered, behind what was written: written, repeated.
QUOTES: dict[str, tuple[str, str]] = {
    "gmail": ("Yes.", "On Tue, Nov 24, 2026 at 9:00 AM Hanhai <b@hanhai.example> wrote:\n> Case 1\n> Is it?"),
    "gmail, broken": ("Yes.", "On Tue, Nov 24, 2026 at 9:00 AM Hanhai Cloud <\nb@hanhai.example> wrote:\n\n> Case"),
    "outlook": ("Yes.", "From: Hanhai <b@hanhai.example>\nSent: Tuesday, November 24, 2026\nTo: Z\nSubject: C\n\nOld"),
    "outlook, ruled": ("Yes.", "________________________________\nFrom: Hanhai\nSent: Tuesday\nTo: Z\n\nOld"),
    "outlook, old": ("Yes.", "-----Original Message-----\nFrom: Hanhai\nOld"),
    "gmail in chinese": ("是的。", "Hanhai <b@hanhai.example> 于2026年11月24日周二 09:00写道：\n\n> 旧文字"),
    "apple in chinese": ("是的。", "在 2026年11月24日，09:00，Hanhai <b@hanhai.example> 写道：\n\n> 旧文字"),
    "outlook in chinese": (
        "是的。",
        "发件人: 瀚海 <b@hanhai.example>\n发送时间: 2026年11月24日\n主题: 案\n\n旧",
    ),
    "qq": (
        "是的。",
        '------------------ 原始邮件 ------------------\n发件人: "瀚海";\n主题: 案件\n\n旧',
    ),
    "163": ("是的。", 'At 2026-11-24 09:00:00, "Hanhai" <b@hanhai.example> wrote:\n\n旧文字'),
    "163 in chinese": ("是的。", '在 2026-11-24 09:00:00，"瀚海" <b@hanhai.example> 写道：\n\n旧文字'),
    "163, new": (
        "是的。",
        "---- 回复的原邮件 ----\n| 发件人 | 瀚海<b@hanhai.example> |\n| 日期 | 2026年 |\n旧",
    ),
    "gmail in russian": ("Да.", "вт, 24 нояб. 2026 г. в 09:00, Hanhai <b@hanhai.example>:\n\n> Старые слова"),
    "yandex": ("Да.", '24.11.2026, 09:00, "Hanhai" <b@hanhai.example>:\n> Старые'),
    "mail.ru": ("Да.", "Вторник, 24 ноября 2026, 9:00 +03:00 от Hanhai <b@hanhai.example>:\n>Старые"),
    "mail.ru, old": ("Да.", ">Вторник, 24 ноября 2026, 9:00 +03:00 от Hanhai <b@hanhai.example>:\n>Старые"),
    "outlook in russian": ("Да.", "От: Hanhai <b@hanhai.example>\nОтправлено: 24 ноября 2026 г.\nКому: Z\n\nСтарые"),
    "thunderbird in russian": ("Да.", "24.11.2026 9:00, Hanhai пишет:\n> Старые"),
    "an answer between the lines": ("> Is it 24?\nYes, 24.\n> And since when?\nSince June.", ""),
    "words that look like a head": ("Hello\n\nFrom: the beginning we ordered 24.\nThanks", ""),
    "a signature": ("Yes.\n\n-- \nZhou Lan", ""),
}


def mail_to(case, text: str = "Since June.", **more: str) -> EmailMessage:
    """A person's mail to a case or an escalation; `more` are fields of its head (`Reply_To`)."""
    mail = EmailMessage(policy=SMTP)
    head = {"From": "Wang <wang@lanhai.example>", "To": address_of(case.secret), "Subject": "Re: your question"}
    head["Message-ID"] = "<1@lanhai.example>"
    for name, value in {**head, **{name.replace("_", "-"): value for name, value in more.items()}}.items():
        mail[name] = value
    mail.set_content(text)
    return mail


def report_of(message_id: str, address: str, *, action: str = "failed") -> bytes:
    """What a mail server says about a letter it could not hand on."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: billing@portal.example\r\nReturn-Path: <>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\nMIME-Version: 1.0\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\n--b--\r\n"
    ).encode()
