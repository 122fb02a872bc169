"""Which words does the rulebook use: actions, anchors, kinds, outcomes and reason codes?"""

from enum import StrEnum


class Action(StrEnum):
    """What a stage does."""

    NOTICE = "notice"
    CALL_TASK = "call_task"
    SUSPEND = "suspend"
    DELETION_NOTICE = "deletion_notice"
    HAND_OVER = "hand_over"


class Anchor(StrEnum):
    """The day a stage's offset is counted from."""

    DUE = "due"
    MONTH_END = "month_end"
    DELIVERED = "delivered"
    SUSPENDED = "suspended"


class Unit(StrEnum):
    """The unit of a stage's offset and gap."""

    DAYS = "days"
    BUSINESS_DAYS = "business_days"


class Outcome(StrEnum):
    """How a dispute was decided."""

    UPHELD = "upheld"
    PARTLY = "partly"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class HoldKind(StrEnum):
    """Why the ladder stands still, or why the due day moved (extension)."""

    HOLD = "hold"
    EXEMPTION = "exemption"
    EXTENSION = "extension"


class HoldScope(StrEnum):
    """What a hold covers."""

    CUSTOMER = "customer"
    INVOICE = "invoice"
    SUBSCRIPTION = "subscription"


class ReceiptKind(StrEnum):
    """Money that may belong to the invoice: unallocated, unmatched, or merely reported."""

    UNAPPLIED = "unapplied"
    POSSIBLE = "possible"
    CLAIMED = "claimed"


class Eve(StrEnum):
    """Before which rest no subscription is suspended."""

    HOLIDAY = "holiday"
    REST = "rest"
    NONE = "none"


class CureLevel(StrEnum):
    """Whether a suspension is lifted for the invoice as a whole or subscription by subscription."""

    INVOICE = "invoice"
    SUBSCRIPTION = "subscription"


class Deed(StrEnum):
    """Whether a Take is done at once or put before people."""

    DO = "do"
    PROPOSE = "propose"


class Code(StrEnum):
    """Why: one code per reason, translated by the pages."""

    SETTLED = "settled"
    TRIFLE = "trifle"
    CURED = "cured"
    STAGE_DUE = "stage_due"
    RENEWED = "renewed"
    FALLBACK_CONTACT = "fallback_contact"
    SUSPENSION_DUE = "suspension_due"
    APPROVED = "approved"
    DELETION_NEAR = "deletion_near"
    EXEMPT = "exempt"
    ON_HOLD = "on_hold"
    DISPUTED = "disputed"
    UNTOLD = "untold"
    PROMISED = "promised"
    RESUMING = "resuming"
    LADDER_DONE = "ladder_done"
    AWAITING_DELIVERY = "awaiting_delivery"
    BOUNCED = "bounced"
    CALL_OPEN = "call_open"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    NOT_YET = "not_yet"
    EXTENDED = "extended"
    NOT_ANNOUNCED = "not_announced"
    PRINTED_DATE = "printed_date"
    BELOW_MINIMUM = "below_minimum"
    CURRENCY_NOT_COVERED = "currency_not_covered"
    NOTHING_TO_SUSPEND = "nothing_to_suspend"
    MONEY_UNMATCHED = "money_unmatched"
    CLAIMED_PAID = "claimed_paid"
    STALE_CASH = "stale_cash"
    LETTER_TODAY = "letter_today"
    REST_DAY = "rest_day"
    HOLIDAY_EVE = "holiday_eve"
    OUT_OF_HOURS = "out_of_hours"
    AWAITING_APPROVAL = "awaiting_approval"
    UNDO_WINDOW = "undo_window"


NON_PAYMENT = "non_payment"
CURED = "cured"
