"""What did somebody write in a mail, and what does the mail only repeat?

Libraries were tried on answers as Gmail, Outlook, QQ, 163, Yandex and Mail.ru write them: of the Chinese and Russian
ones none found half. What follows is a handful of rules about lines; where they are in doubt, everything counts as
written."""

import re
from html.parser import HTMLParser
from typing import Final

# At the start of what is repeated: a ruled heading of the mail program.
RULED: Final = re.compile(
    r"^[>\s]*[-_—–]{2,}\s*(original message|forwarded message|原始邮件|回复的原邮件|转发的?邮件(信息)?|原邮件"
    r"|исходное сообщение|пересылаемое сообщение|пересланное сообщение)\s*[-_—–]*\s*$",
    re.IGNORECASE,
)
# Who wrote it when: a line that ends in a colon and names a time or a year.
TIMED: Final = re.compile(r"\d{1,2}[:.]\d{2}|\b(19|20)\d{2}\b|(19|20)\d{2}年")
WROTE: Final = re.compile(r"\bwrote\b|写道|寫道|\b(пишет|пишут|написала?|писала?)\b|@", re.IGNORECASE)
ENDS: Final = re.compile(r"[:：]\s*$")
# The head of the repeated mail, as Outlook and others copy it.
LABELS: Final = {
    "from": ("from", "发件人", "寄件者", "от"),
    "sent": ("sent", "date", "发送时间", "发送日期", "日期", "时间", "отправлено", "дата"),
    "to": ("to", "收件人", "кому"),
    "subject": ("subject", "主题", "主旨", "тема"),
}
LABEL_OF: Final = {word: kind for kind, words in LABELS.items() for word in words}
LABEL: Final = re.compile(r"^[>\s*|]*([^\W\d_]{2,12}|от)\s*[*|]{0,2}\s*(?:[:：]|\|)\s*\S", re.IGNORECASE)
RULE: Final = re.compile(r"^\s*[_\-—–=]{5,}\s*$")
LONGEST_LINE: Final = 400

# A mail program's own marks of what it repeats.
QUOTING: Final = re.compile(
    r"gmail_quote|yahoo_quoted|moz-cite-prefix|divrplyfwdmsg|appendonsend|isreplycontent|ntes.*quote|protonmail_quote"
)
BLOCKS: Final = frozenset(
    {"p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section", "pre"}
)
VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
UNREAD: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"})
HIDDEN: Final = re.compile(r"(display\s*:\s*none|visibility\s*:\s*hidden|(font-size|opacity)\s*:\s*0(?![.\d]))")
CUT: Final = "\x00"
MOST_OPEN: Final = 500


def part(text: str) -> tuple[str, str]:
    """What was written, and what the mail repeats after it; both without blank ends. A mail that only repeats was
    forwarded: all of it counts as written."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = next((n for n in range(len(lines)) if _begins(lines, n)), len(lines))
    while at and (RULE.match(lines[at - 1]) or not lines[at - 1].strip()):
        at -= 1
    # What stands at the very end behind brackets is repeated; between lines of an answer it is kept, as its context.
    last = at
    while last and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith(">")):
        last -= 1
    if any(line.strip() for line in lines[last:at]):
        at = last
    written, repeated = _joined(lines[:at]), _joined(lines[at:])
    return (written, repeated) if written else (repeated, "")


def _joined(lines: list[str]) -> str:
    return "\n".join(line for line in lines if line != CUT).strip()


def _begins(lines: list[str], at: int) -> bool:
    line = lines[at][:LONGEST_LINE]
    if line.startswith(CUT) or RULED.match(line):
        return True
    return _attribution(lines, at) or _head(lines, at)


def _attribution(lines: list[str], at: int) -> bool:
    """“On Tuesday, somebody wrote:”, also where the mail program broke it into up to three lines."""
    first = lines[at].strip()
    if not first or first.startswith(">"):
        return False
    for end in range(at + 1, min(at + 3, len(lines)) + 1):
        whole = " ".join(line.strip() for line in lines[at:end])[:LONGEST_LINE]
        if not lines[end - 1].strip():
            return False
        if ENDS.search(whole):
            broken = end > at + 1 and not re.match(r"(on|at|在)\b|.*\d", first, re.IGNORECASE)
            return not broken and bool(TIMED.search(whole) and WROTE.search(whole))
    return False


def _head(lines: list[str], at: int) -> bool:
    """A copied head: at least two different fields within four lines, the sender or the time first."""
    kinds = [_label(line) for line in lines[at : at + 4]]
    return kinds[0] in ("from", "sent") and len({kind for kind in kinds if kind}) > 1


def _label(line: str) -> str:
    found = LABEL.match(line[:LONGEST_LINE])
    return LABEL_OF.get(found.group(1).lower(), "") if found else ""


class _Stripper(HTMLParser):
    """Keeps what a reader would see, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        # Whether each open element is seen, the innermost last.
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A block begins a line; what a mail program marks as repeated is cut off there."""
        given = {name: (value or "").lower() for name, value in attrs}
        if tag in BLOCKS:
            self.words.append("\n")
        marks = f"{given.get('class', '')} {given.get('id', '')}"
        if self._seen() and (tag in ("blockquote", "includetail") or QUOTING.search(marks)):
            self.words.append(f"\n{CUT}\n")
        if tag not in VOID and len(self.open) < MOST_OPEN:
            hidden = tag in UNREAD or "hidden" in given or HIDDEN.search(given.get("style", ""))
            self.open.append((tag, self._seen() and not hidden))

    def handle_endtag(self, tag: str) -> None:
        """Closes the innermost element of this name, and what was left open in it."""
        if tag in BLOCKS:
            self.words.append("\n")
        at = next((n for n in range(len(self.open) - 1, -1, -1) if self.open[n][0] == tag), None)
        if at is not None:
            del self.open[at:]

    def handle_data(self, data: str) -> None:
        """Words, unless nobody would see them."""
        if self._seen():
            self.words.append(re.sub(r"[ \t\r\n\f]+", " ", data.replace(CUT, "")))

    def _seen(self) -> bool:
        return not self.open or self.open[-1][1]


def from_html(html: str) -> str:
    """A page as lines of text; nothing in it is fetched or run."""
    stripper = _Stripper()
    stripper.feed(html)
    stripper.close()
    lines = [line.strip() for line in "".join(stripper.words).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
