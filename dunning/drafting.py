"""How does a policy come about: begun, changed, offered by one person, published by another, or dropped?"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from customers.models import Membership, Partner, User, acting_for
from customers.roles import May

from . import policy as book
from .announcing import Published, announce
from .founding import standard_policy
from .models import PolicyDraft
from .policy import Policy, Stage
from .policy.mapping import policy_from_mapping, policy_to_mapping
from .publishing import NeedsTwo, newest, policy_of


class Refused(Exception):
    """That can't be done with the draft; `code` says why in one word: closed, faults, past, not_offered,
    same_person, not_a_member, role."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Stale(Refused):
    """Somebody saved another edition meanwhile; `draft` is what they left."""

    def __init__(self, draft: PolicyDraft) -> None:
        super().__init__("stale", f"edition {draft.edition} was saved by {draft.saved_by or 'a file'} meanwhile")
        self.draft = draft


def open_draft(partner: Partner) -> PolicyDraft | None:
    """The policy this partner is writing, if it is writing one."""
    drafts = PolicyDraft.objects.filter(partner=partner, version=None, dropped_at=None)
    return drafts.select_related("saved_by", "offered_by", "begun_by").first()


def policy_in(draft: PolicyDraft) -> Policy:
    """What the draft says now. Its faults, if any, are for `policy.faults`."""
    return policy_from_mapping(draft.mapping)


def begin(partner: Partner, *, now: datetime, by: User | None = None) -> PolicyDraft:
    """Begin with what was published last. A draft that is open already is answered as it is."""
    with _alone(partner):
        return open_draft(partner) or _new(partner, _last(partner), now=now, by=by)


def save(draft_id: int, policy: Policy, *, edition: int, now: datetime, by: User | None = None) -> PolicyDraft:
    """Save a changed policy as the draft's next edition. Nobody has offered that one yet.

    Raises Refused (closed), and Stale where `edition` is not the one that was read."""
    with _holding(draft_id, edition) as draft:
        _write(draft, policy, now=now, by=by)
        return draft


def import_policy(partner: Partner, policy: Policy, *, now: datetime, by: User | None = None) -> PolicyDraft:
    """Put a policy from a file into the open draft, whatever it said, or begin one with it."""
    with _alone(partner):
        draft = open_draft(partner)
        if draft is None:
            return _new(partner, policy, now=now, by=by)
        draft = PolicyDraft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        _write(draft, policy, now=now, by=by)
        return draft


def drop(draft_id: int, *, edition: int, now: datetime) -> PolicyDraft:
    """Give the draft up; what is published stays. Raises Refused (closed) and Stale."""
    with _holding(draft_id, edition) as draft:
        draft.dropped_at = now
        draft.save(update_fields=["dropped_at"])
        return draft


def offer(draft_id: int, *, edition: int, effective_on: date, now: datetime, by: User) -> PolicyDraft:
    """Hand this edition in for publication from a day on; another person publishes it. Saving it again takes the
    offer back. Raises Refused (closed, faults, past, not_a_member, role) and Stale."""
    with _holding(draft_id, edition) as draft:
        check_may(by, draft.partner)
        _check(policy_in(draft), effective_on, draft.partner, now)
        draft.effective_on, draft.offered_at, draft.offered_by = effective_on, now, by
        draft.save(update_fields=["effective_on", "offered_at", "offered_by"])
        return draft


def publish(draft_id: int, *, edition: int, now: datetime, by: User) -> Published:
    """Publish what somebody else offered, and tell the customers, in one transaction.

    Raises Refused (closed, not_offered, same_person, past, faults, not_a_member, role) and Stale."""
    with _holding(draft_id, edition) as draft:
        check_may(by, draft.partner)
        if draft.offered_by is None or draft.effective_on is None:
            raise Refused("not_offered", "nobody has offered this edition for publication yet")
        if draft.offered_by == by:
            raise Refused("same_person", "whoever offers a policy does not publish it: another person has to")
        return _publish(draft, effective_on=draft.effective_on, now=now, people=[draft.offered_by, by])


def publish_at_once(
    partner: Partner, *, effective_on: date | None, now: datetime, people: Sequence[User], policy: Policy | None = None
) -> Published:
    """Publish the open draft (with `policy`, that one in its place) without the offer, in the name of up to two
    people: what a command does. Without a day, from the one it was offered for, else from today.

    Raises Refused (no_draft, past, faults, needs_two, same_person, not_a_member, role)."""
    for person in people:
        check_may(person, partner)
    if len(people) > 1 and len(set(people)) == 1:
        raise Refused("same_person", "two people are needed, not one twice")
    with _alone(partner):
        draft = open_draft(partner)
        if policy is not None:
            by = people[0] if people else None
            draft = import_policy(partner, policy, now=now, by=by)
        if draft is None:
            raise Refused("no_draft", "there is no draft; name a file, or import one")
        day = effective_on or draft.effective_on or now.astimezone(partner.tz).date()
        return _publish(draft, effective_on=day, now=now, people=people)


def check_may(person: User, partner: Partner) -> None:
    """Raises Refused where a person may not change this partner's policy."""
    place = Membership.objects.filter(partner=partner, user=person, user__is_active=True, customer=None).first()
    if place is None:
        raise Refused("not_a_member", f"{person.email} does not work for {partner.slug}")
    if not place.may(May.POLICY):
        raise Refused("role", f"{person.email} may not change the collections policy")


# One change of a stage each; places count from 0


def with_stage(policy: Policy, place: int, stage: Stage) -> Policy:
    """The policy with another stage in that place; stages that count from its delivery follow its new name."""
    before = policy.stages[place].name
    stages = [replace(one, of=stage.name) if one.of == before else one for one in policy.stages]
    stages[place] = stage
    return replace(policy, stages=tuple(stages))


def with_new_stage(policy: Policy, stage: Stage, place: int | None = None) -> Policy:
    """The policy with one stage more, at the end or in that place."""
    stages = list(policy.stages)
    stages.insert(len(stages) if place is None else place, stage)
    return replace(policy, stages=tuple(stages))


def without_stage(policy: Policy, place: int) -> Policy:
    """The policy without that stage."""
    return replace(policy, stages=policy.stages[:place] + policy.stages[place + 1 :])


def with_stage_moved(policy: Policy, place: int, by: int) -> Policy:
    """The policy with that stage moved up (-1) or down (1); at an end it stays."""
    stages = list(policy.stages)
    to = min(max(place + by, 0), len(stages) - 1)
    stages.insert(to, stages.pop(place))
    return replace(policy, stages=tuple(stages))


@contextmanager
def _alone(partner: Partner) -> Iterator[None]:
    """One writer of this partner's policy at a time."""
    with acting_for(partner):
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        yield


@contextmanager
def _holding(draft_id: int, edition: int) -> Iterator[PolicyDraft]:
    """The draft, locked, in the edition that was read."""
    partner = Partner.objects.get(pk=PolicyDraft.objects.values_list("partner_id").get(pk=draft_id)[0])
    with _alone(partner):
        rows = PolicyDraft.objects.select_for_update(of=("self",))
        draft = rows.select_related("partner", "saved_by", "offered_by").get(pk=draft_id)
        if draft.version_id or draft.dropped_at:
            raise Refused("closed", "this draft was published or dropped meanwhile")
        if draft.edition != edition:
            raise Stale(draft)
        yield draft


def _last(partner: Partner) -> Policy:
    version = newest(partner)
    return policy_of(version.pk) if version else standard_policy(partner.currency)


def _new(partner: Partner, policy: Policy, *, now: datetime, by: User | None) -> PolicyDraft:
    return PolicyDraft.objects.create(
        partner=partner,
        mapping=_mapping(partner, policy),
        begun_at=now,
        begun_by=by,
        saved_at=now,
        saved_by=by,
    )


def _mapping(partner: Partner, policy: Policy) -> dict[str, object]:
    """The policy in the form of the files, under the number it would get."""
    last = newest(partner)
    return policy_to_mapping(replace(policy, version=last.number + 1 if last else 1))


def _write(draft: PolicyDraft, policy: Policy, *, now: datetime, by: User | None) -> None:
    draft.mapping = _mapping(draft.partner, policy)
    draft.edition += 1
    draft.saved_at, draft.saved_by = now, by
    draft.offered_at, draft.offered_by = None, None
    draft.save(update_fields=["mapping", "edition", "saved_at", "saved_by", "offered_at", "offered_by"])


def _check(policy: Policy, effective_on: date, partner: Partner, now: datetime) -> None:
    found = book.faults(policy)
    if found:
        raise Refused("faults", "\n".join(map(str, found)))
    if effective_on < now.astimezone(partner.tz).date():
        raise Refused("past", f"{effective_on} is past: a policy takes effect from today on")


def _publish(draft: PolicyDraft, *, effective_on: date, now: datetime, people: Sequence[User]) -> Published:
    policy = policy_in(draft)
    _check(policy, effective_on, draft.partner, now)
    by, second = ([*people, None, None])[:2]
    try:
        done = announce(draft.partner, policy, effective_on=effective_on, now=now, by=by, seconded_by=second)
    except NeedsTwo as no:
        raise Refused("needs_two", str(no)) from no
    draft.version, draft.effective_on = done.version, effective_on
    draft.save(update_fields=["version", "effective_on"])
    return done
