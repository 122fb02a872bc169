"""What does the API offer, in the words programs read? Its OpenAPI document."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from customers.entering import anyone

from .lists import MOST, SIZE

AMOUNT: Final = {"type": "string", "description": "Decimal with exactly the currency's decimals", "example": "1214.12"}
DAY: Final = {"type": "string", "format": "date"}
INSTANT: Final = {"type": "string", "format": "date-time"}
TEXT: Final = {"type": "string"}
NUMBER: Final = {"type": "integer"}
CUSTOMER: Final = {"type": "object", "properties": {"id": NUMBER, "provider_id": TEXT, "name": TEXT}}
MONEY: Final = ("net", "tax", "total", "balance", "written_off")
COUNTS: Final = ("evaluated", "unchanged", "notices", "tasks", "proposals", "reinstatements")
ROWS: Final[dict[str, dict[str, Any]]] = {
    "invoices": {
        "id": NUMBER,
        "number": TEXT,
        "reference": TEXT,
        "customer": CUSTOMER,
        "status": {"type": "string", "enum": ["issued", "void"]},
        "period": TEXT,
        "issued_on": DAY,
        "due_on": DAY,
        "currency": TEXT,
        **dict.fromkeys(MONEY, AMOUNT),
    },
    "payments": {
        "id": NUMBER,
        "customer": CUSTOMER,
        "currency": TEXT,
        "amount": AMOUNT,
        "unapplied": AMOUNT,
        "reference": TEXT,
        "received_on": DAY,
        "booked_at": INSTANT,
        "source": TEXT,
    },
    "runs": {
        "id": NUMBER,
        "on": DAY,
        "began_at": INSTANT,
        "ended_at": {**INSTANT, "nullable": True},
        **dict.fromkeys(COUNTS, NUMBER),
        "skipped": {"type": "object", "additionalProperties": NUMBER},
    },
}
SUMMARIES: Final = {
    "invoices": "Issued invoices, newest first",
    "payments": "Booked payments, newest first",
    "runs": "Runs of the collections, newest first",
}


def _list(name: str) -> dict[str, Any]:
    whole = {
        "type": "object",
        "properties": {
            "rows": {"type": "array", "items": {"type": "object", "properties": ROWS[name]}},
            "next": {"type": "string", "nullable": True, "description": "The address of the next page"},
        },
    }
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": SIZE}
    return {
        "get": {
            "summary": SUMMARIES[name],
            "security": [{"token": []}],
            "parameters": [
                {"name": "limit", "in": "query", "schema": limit},
                {"name": "before", "in": "query", "schema": {"type": "integer", "minimum": 1}},
            ],
            "responses": {
                "200": {"description": "One page", "content": {"application/json": {"schema": whole}}},
                "400": {"description": "A number that is none"},
                "401": {"description": "No token in force"},
                "403": {"description": "A token that reads something else"},
            },
        }
    }


@require_safe
@anyone
def document(request: HttpRequest) -> HttpResponse:
    """The document; it says nothing of anybody's book."""
    return JsonResponse(
        {
            "openapi": "3.0.3",
            "info": {"title": "Partner Portal", "version": "1", "description": "Reads a partner's own book."},
            "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "paths": {f"/api/v1/{name}/": _list(name) for name in ROWS},
        }
    )
