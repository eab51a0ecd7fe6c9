"""The routes of the API, one module for each function that answers them."""

from fordring.edge.route import Route


def all_routes() -> dict[str, tuple[Route, ...]]:
    """Give every route by the function that answers it; loads all of them, so for tools and tests only."""
    from fordring.edge.routes import (
        manage_creditors,
        payment_webhook,
        poll_status,
        register_invoice,
        submit_case,
    )

    return {
        "manage_creditors": manage_creditors.ROUTES,
        "register_invoice": register_invoice.ROUTES,
        "submit_case": submit_case.ROUTES,
        "poll_status": poll_status.ROUTES,
        "payment_webhook": payment_webhook.ROUTES,
    }
