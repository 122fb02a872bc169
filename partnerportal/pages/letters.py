"""What do our letters say, in whose name, and in which words of our own? The settings of a partner's letters."""

import smtplib
from typing import Any, Final

from csp.decorators import csp
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from customers.branding import SHOWN
from customers.entering import Here, staff
from customers.letterhead import MOST_DAYS, BadLetterhead, Letterhead, set_letterhead
from customers.models import Letter, LetterWords
from customers.own_words import BadWords, keep_words, said
from customers.placeholders import MOST, NAMES, faults, names_of
from customers.roles import May
from customers.sending import sender_of, words
from customers.trying_letters import sample, send_test
from customers.wording import LETTERS
from customers.writing import LANGUAGES

LANGUAGE_NAMES: Final = tuple(settings.LANGUAGES)
MAILED: Final = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'"],
    "frame-ancestors": ["'self'"],
}


class WordsForm(forms.Form):
    """Words before and after ours. What they may name is checked where they are kept."""

    opening = forms.CharField(label=_("Opening"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    closing = forms.CharField(label=_("Closing"), required=False, widget=forms.Textarea(attrs={"rows": 5}))


class SenderForm(forms.Form):
    """In whose name letters come, and where answers go."""

    sender_name = forms.CharField(
        label=_("Name of the sender"), max_length=100, required=False, help_text=_("Left empty, your company’s name")
    )
    reply_email = forms.EmailField(
        label=_("Address for replies"),
        max_length=254,
        required=False,
        help_text=_("Answers to letters about a case go into the case"),
    )
    link_days = forms.IntegerField(
        label=_("Days a mail’s link opens its invoice without a password"),
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("0: letters lead to signing in. Links already mailed keep their day"),
    )


@require_safe
@staff(May.POLICY)
def letters(request: Here) -> HttpResponse:
    """Each letter in each language: ours alone, or with words of the partner."""
    kept = LetterWords.objects.visible_to(request.user).of(request.partner)
    own = {(one.letter, one.language): one for one in kept}
    rows = [
        {
            "letter": letter,
            "name": LETTERS[letter],
            "languages": [
                {"code": code, "name": name, "own": own.get((letter, code))} for code, name in LANGUAGE_NAMES
            ],
        }
        for letter in NAMES
    ]
    context = {"rows": rows, "languages": LANGUAGE_NAMES, "sender": sender_of(request.partner)}
    return render(request, "letters/letters.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def sender(request: Here) -> HttpResponse:
    """Name, address for replies, and how long links are good for."""
    held = Letterhead.of(request.partner)
    initial: dict[str, Any] = {name: getattr(held, name) for name in Letterhead.__match_args__}
    form = SenderForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_letterhead(request.partner, Letterhead(**form.cleaned_data))
        except BadLetterhead as bad:
            form.add_error(bad.field, gettext("A sign in it can’t stand in a mail’s head"))
        else:
            text = gettext("Saved") if changed else gettext("It stood so already. Nothing was changed.")
            messages.success(request, text)
            return redirect("letters_sender")
    context = {"form": form, "sender": sender_of(request.partner)}
    return render(request, "letters/sender.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def letter_words(request: Here, letter: str, language: str) -> HttpResponse:
    """The editor of one letter in one language, its preview beside it: keep the words, take them away, or have the
    letter mailed to oneself."""
    _check(letter, language)
    if request.method != "POST":
        kept = _kept(request, letter, language)
        start = {"opening": kept.opening, "closing": kept.closing} if kept else {}
        return _editor(request, letter, language, WordsForm(initial=start))
    if "reset" in request.POST:
        keep_words(request.partner, letter, language, opening="", closing="", by=request.user, now=request.now)
        messages.success(request, gettext("The letter says our words alone again"))
        return HttpResponseRedirect(request.path)
    form = WordsForm(request.POST)
    form.is_valid()
    texts = {name: form.cleaned_data.get(name, "") for name in ("opening", "closing")}
    if "test" in request.POST:
        return _test(request, letter, language, form, texts)
    try:
        keep_words(request.partner, letter, language, **texts, by=request.user, now=request.now)
    except BadWords as bad:
        for why in bad.why:
            form.add_error(bad.field, why)
        return _editor(request, letter, language, form, status=422)
    messages.success(request, gettext("Saved. The next letter says it"))
    return HttpResponseRedirect(request.path)


def _test(request: Here, letter: str, language: str, form: WordsForm, texts: dict[str, str]) -> HttpResponse:
    """Mail the letter with the words as they are typed to whoever asks; nothing is kept."""
    wrong = [(field, why) for field, text in texts.items() for why in faults(text, letter)]
    for field, why in wrong:
        form.add_error(field, why)
    if wrong:
        return _editor(request, letter, language, form, status=422)
    message, _real = sample(request.partner, letter, language, now=request.now)
    to = {"email": request.user.email}
    try:
        send_test(message, said(message, **texts), request.user.email)
    except (smtplib.SMTPException, OSError):
        messages.error(request, gettext("The mail server did not take it. Nothing was sent; try again later."))
        return _editor(request, letter, language, form, status=422)
    messages.success(request, gettext("Sent to %(email)s. The words are not saved yet") % to)
    return _editor(request, letter, language, form)


# A letter is styled as mail programs need it, and may do nothing else.
@xframe_options_sameorigin
@csp(MAILED)  # type: ignore[arg-type]
@require_http_methods(["GET", "HEAD", "POST"])
@staff(May.POLICY)
def preview(request: Here, letter: str, language: str) -> HttpResponse:
    """The letter as it would leave, with the words that were sent or else those that are kept."""
    _check(letter, language)
    message, _real = sample(request.partner, letter, language, now=request.now)
    kept = _kept(request, letter, language)
    texts = {"opening": kept.opening, "closing": kept.closing} if kept else {"opening": "", "closing": ""}
    if request.method == "POST":
        texts = {name: request.POST.get(name, "")[: 2 * MOST].replace("\r\n", "\n") for name in texts}
    _subject, text, html = words(message, said(message, **texts))
    if request.GET.get("part") == "text":
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return HttpResponse(SHOWN.sub(lambda found: reverse("logo", args=[found[1]]), html))


def _check(letter: str, language: str) -> None:
    if letter not in NAMES or language not in LANGUAGES:
        raise Http404


def _kept(request: Here, letter: str, language: str) -> LetterWords | None:
    mine = LetterWords.objects.visible_to(request.user).of(request.partner)
    return mine.filter(letter=letter, language=language).first()


def _editor(request: Here, letter: str, language: str, form: WordsForm, status: int = 200) -> HttpResponse:
    message, real = sample(request.partner, letter, language, now=request.now)
    subject, _text, _html = words(message)
    context: dict[str, Any] = {
        "form": form,
        "letter": letter,
        "name": LETTERS[letter],
        "language": language,
        "languages": LANGUAGE_NAMES,
        "names": [(f"${name}", label) for name, label in names_of(letter).items()],
        "most": MOST,
        "real": real,
        "whose": message.customer.name,
        "subject": subject,
        "kept": _kept(request, letter, language),
        "preview": reverse("letter_preview", args=[letter, language]),
        "conditional": letter in (Letter.SUSPENDED, Letter.RESTORED),
    }
    return render(request, "letters/words.html", context, status=status)
