"""Agencies, and the API about itself: the routes."""

from functools import cache

from fordring import VERSION
from fordring.domain.creditor import Scope
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.meta import ToldAgencies, ToldHealth, tell_agency


def list_agencies(call: Call) -> Answer:
    """List the agencies with what each can do."""
    from fordring.agencies.registry import agency_names

    call.read()
    told = [tell_agency(call.hub.capabilities(name)) for name in agency_names()]
    return Answer.of(200, {"items": told, "next_cursor": None})


def tell_health(call: Call) -> Answer:
    """Tell that the function runs; looks at nothing else."""
    del call
    return Answer.of(200, {"status": "ok", "version": VERSION})


def read_openapi(call: Call) -> Answer:
    """Give the API's description."""
    del call
    return Answer(200, _openapi())


@cache
def _openapi() -> str:
    # All routes are loaded for it, so only when somebody asks, and once.
    from fordring.edge.openapi import text
    from fordring.edge.routes import all_routes

    return text(route for routes in all_routes().values() for route in routes)


def read_docs(call: Call) -> Answer:
    """Give the page that shows the description."""
    from fordring.edge.docs_page import MEDIA, headers, page

    del call
    return Answer(200, page(), MEDIA, headers())


META_ROUTES = (
    Route(
        "GET",
        "/v1/agencies",
        list_agencies,
        "List the agencies and what they can do",
        "agencies",
        Scope.READ,
        {200: ToldAgencies},
    ),
    Route("GET", "/v1/health", tell_health, "Ask whether the API answers", "meta", None, {200: ToldHealth}),
    Route("GET", "/v1/openapi.json", read_openapi, "Read this description", "meta", None, {200: None}),
    Route("GET", "/docs", read_docs, "Read the documentation", "meta", None, {200: None}),
)
