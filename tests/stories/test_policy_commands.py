"""Do the policy commands import, check, publish and export, and refuse what may not be published?"""

from __future__ import annotations

import pytest

from customers.models import Letter, Message
from dunning.drafting import open_draft, policy_in
from dunning.models import PolicyVersion
from dunning.policyfile import read_policy
from dunning.publishing import newest, policy_of
from tests import story
from tests.commanding import manage

ON = ("--on", "2026-06-16")


@pytest.fixture
def file(hanhai, tmp_path):
    """The policy in force as a file, with something replaced."""

    def write(before="offset: 14", after="offset: 16"):
        written = "\n".join(manage("policy", "export", as_json=False)["lines"])
        assert before in written
        path = tmp_path / "policy.yaml"
        path.write_text(written.replace(before, after), encoding="utf-8")
        return path

    return write


def test_an_exported_policy_is_a_file_that_reads_the_same(hanhai):
    written = "\n".join(manage("policy", "export", as_json=False)["lines"])
    assert read_policy(written) == policy_of(newest(hanhai).pk)
    assert manage("policy", "export")["stages"][2]["name"] == "final"


def test_a_file_is_imported_into_the_draft_and_published_from_it(hanhai, people, file):
    said = manage("policy", "import", file(), "--by", people["collections"].email, *ON)
    assert (said.code, said.answer) == (0, {"draft": 1, "faults": []})
    assert manage("policy", "import", file(after="offset: 18"), *ON)["draft"] == 2
    assert policy_in(open_draft(hanhai)).stage("final").offset == 18
    emails = [people[role].email for role in ("collections", "owner")]
    said = manage("policy", "publish", "--effective-on", "2026-07-01", "--by", emails[0], "--by", emails[1], *ON)
    assert said.answer == {"version": 2, "effective_on": "2026-07-01", "told": 0, "stricter": False}
    version = newest(hanhai)
    assert [version.published_by.email, version.seconded_by.email] == emails
    assert open_draft(hanhai) is None


def test_a_file_is_published_at_once_and_customers_are_told(hanhai, file):
    story.import_book(hanhai, [story.company("Lanhai Trading")])
    said = manage("policy", "publish", file(after="offset: 10"), *ON)
    assert said.answer == {"version": 2, "effective_on": "2026-06-16", "told": 1, "stricter": True}
    assert Message.objects.get(letter=Letter.POLICY).to_email


def test_nobody_alone_publishes_a_policy_that_suspends_unapproved(hanhai, people, file):
    bold = file(before="gap: 7", after="gap: 7\n  approvals: 0")
    one, two = people["collections"].email, people["owner"].email
    for who in ((), ("--by", one), ("--by", one, "--by", one)):
        said = manage("policy", "publish", bold, *who, *ON)
        assert said.code == 2
        assert "two people" in said["errors"][0]
    assert open_draft(hanhai) is None, "nothing was half-written"
    assert manage("policy", "publish", bold, "--by", one, "--by", two, *ON).code == 0
    assert policy_of(newest(hanhai).pk).stage("suspend").approvals == 0


def test_faults_are_a_line_each_and_change_nothing(hanhai, people, file):
    bad = file(before="offset: 14", after="offset: -4\n  colour: red")
    for deed in ("import", "publish", "check"):
        said = manage("policy", deed, bad, *(ON if deed != "check" else ()))
        assert (said.code, said.errors) == (2, ["stages[2].colour: is not known here"]), deed
    bad = file(before="offset: 14", after="offset: -4")
    assert manage("policy", "import", bad, *ON).errors == manage("policy", "publish", bad, *ON).errors
    checked = manage("policy", "check", bad)
    assert (checked.code, checked["faults"]) == (1, manage("policy", "publish", bad, *ON).errors)
    assert open_draft(hanhai) is None
    assert PolicyVersion.objects.filter(partner=hanhai).count() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("publish",), "there is no draft"),
        (("publish", "--by", "nobody@hanhai.example"), "nobody with the address"),
        (("publish", "--by", "billing@hanhai.example"), "may not change the collections policy"),
        (("publish", "--effective-on", "2026-06-15"), "there is no draft"),
        (("import",), "file: name one"),
        (("import", "/nowhere/policy.yaml"), "No such file"),
    ],
)
def test_what_cannot_be_done_is_said(hanhai, words, said):
    answer = manage("policy", *words, *ON)
    assert answer.code == 2
    assert said in answer["errors"][0]


def test_a_day_that_is_past_is_refused(hanhai, file):
    said = manage("policy", "publish", file(), "--effective-on", "2026-06-15", *ON)
    assert (said.code, said.errors) == (2, ["2026-06-15 is past: a policy takes effect from today on"])
    assert open_draft(hanhai) is None
