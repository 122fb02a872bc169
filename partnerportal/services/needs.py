"""Which embedded services does a command of manage.py need?"""

from collections.abc import Mapping, Sequence

DATABASE, BROKER, SANDBOX, MAIL_SINK = "database", "broker", "sandbox", "mail_sink"
ALL = frozenset({DATABASE, BROKER, SANDBOX, MAIL_SINK})

# Which setting in the environment says that somebody else provides the service.
GIVEN_BY = {
    DATABASE: "DATABASE_URL",
    BROKER: "REDIS_URL",
    SANDBOX: "PARTNER_CENTER_URL",
    MAIL_SINK: "EMAIL_URL",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Commands that read and write no row.
NEEDS_NOTHING = _words(
    "help version check collectstatic compilemessages diffsettings findstatic makemessages startapp"
    " startproject partner_center_sandbox"
)
# Commands that look round first and then join.
JOINS_BY_ITSELF = _words("runportal")
# Commands after which something leaves the house: a letter, a call to the provider, a task for the worker.
ACTS = _words(
    "approve_suspensions cash_is_complete demo draft_invoices fetch_bills import_reconciliation import_statement"
    " lift_breaker log_call make_book receive_mail record_payment register_events run_collections"
    " runserver sandbox_load sendtestemail settle shell watch_drift"
)
# Commands that shape the tables, or read what only their owner may.
AS_OWNER = _words(
    "flush inspectdb makemigrations migrate optimizemigration pgtrigger showmigrations sqlflush sqlmigrate"
    " squashmigrations test"
)
# Commands that must see the database as it is, not as the newest migration would have it.
LEAVES_TABLES_ALONE = AS_OWNER | {"dbshell"}


def command_of(argv: Sequence[str]) -> str:
    """The command's name; `help` when none is given or only help is asked for."""
    words = [word for word in argv[1:] if word != "--"]
    if not words or words[0].startswith("-") or {"-h", "--help"} & set(words):
        return "help"
    return words[0]


def of(command: str) -> frozenset[str]:
    """The services a command needs, wherever they come from."""
    if command in NEEDS_NOTHING | JOINS_BY_ITSELF:
        return frozenset()
    return ALL if command in ACTS else frozenset({DATABASE})


def embedded(environ: Mapping[str, str]) -> frozenset[str]:
    """The services this environment leaves to us: none in production, and none that it names itself."""
    production = bool(environ.get("DATABASE_URL")) and not is_on(environ.get("DEBUG", ""))
    if production or is_on(environ.get("PORTAL_EMBEDDED", "")):
        return frozenset()
    return frozenset(name for name, setting in GIVEN_BY.items() if not environ.get(setting))


def is_on(value: str) -> bool:
    """A switch in the environment, read as django-environ reads it."""
    return value.strip().lower() in {"true", "on", "ok", "y", "yes", "1"}
