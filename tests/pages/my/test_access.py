"""Does a customer who was told of their access say yes or no in one click, and is a no a case?"""

from customers.models import Message
from disputes.models import AccessNews, Dispute
from tests import story

from .conftest import heading_of, invoice_of, text_of


def news_of(customer) -> AccessNews:
    return AccessNews.objects.get(customer=customer, kind="suspended")


def test_it_is_asked_where_they_look_and_a_yes_closes_it(suspended, sign_in):
    one, at = news_of(suspended.lanhai), sign_in(suspended.lanhai, "2026-07-02")
    for path in ("/my/subscriptions/", f"/my/invoices/{invoice_of(suspended.lanhai).pk}/"):
        assert "Is that clear? Yes, that is clear" in text_of(at.get(path)), path
    page = at.get(f"/my/access/{one.pk}/")
    assert heading_of(page) == "We told you of the suspension of Office 365 E3 and Visio Plan 2."
    assert "Without a word from you it closes on Tue 7 Jul" in text_of(page)
    for _ in range(2):
        said = at.post(f"/my/access/{one.pk}/right/", follow=True)
    assert "You confirmed it on" in text_of(said)
    assert "Yes, that is clear" not in text_of(at.get("/my/subscriptions/"))
    late = at.post(f"/my/access/{one.pk}/wrong/", {"why": "After all it is wrong"})
    assert late.status_code == 409 and "After all it is wrong" in late.content.decode()


def test_a_no_says_why_and_is_a_case(suspended, sign_in):
    one, at = news_of(suspended.lanhai), sign_in(suspended.lanhai, "2026-07-02")
    refused = at.post(f"/my/access/{one.pk}/wrong/", {"why": " "})
    assert refused.status_code == 422 and "Say what is wrong." in text_of(refused)
    for _ in range(2):
        taken = at.post(f"/my/access/{one.pk}/wrong/", {"why": "We paid on Friday."}, follow=True)
    case = Dispute.objects.get()
    assert case.number in text_of(taken) and case.text == "We paid on Friday."
    assert case.number in text_of(at.get(f"/my/access/{one.pk}/"))


def test_the_letter_leads_to_what_it_asks(suspended, sign_in):
    one, at = news_of(suspended.lanhai), sign_in(suspended.lanhai, "2026-07-02")
    path = f"/my/access/of/{one.told_by_id}/"
    assert path in one.told_by.body_text and path in one.told_by.body_html
    assert at.get(path).headers["Location"] == f"/my/access/{one.pk}/"
    other = Message.objects.filter(customer=suspended.lanhai).exclude(letter="suspended").earliest("pk")
    assert at.get(f"/my/access/of/{other.pk}/").status_code == 404
    assert sign_in(suspended.mingyue, story.SUSPEND).get(path).status_code == 404


def test_who_only_looks_is_not_asked_and_a_sibling_finds_nothing(suspended, sign_in):
    one = news_of(suspended.lanhai)
    looks = sign_in(suspended.lanhai, "2026-07-02", "customer_viewer")
    assert "Yes, that is clear" not in text_of(looks.get("/my/subscriptions/"))
    assert looks.post(f"/my/access/{one.pk}/right/").status_code == 403
    other = sign_in(suspended.mingyue, story.SUSPEND)
    assert other.get(f"/my/access/{one.pk}/").status_code == 404
