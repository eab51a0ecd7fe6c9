"""The routes of the API, one module for each function that answers them."""

from fordring.edge.route import Route


def all_routes() -> dict[str, tuple[Route, ...]]:
    """Give every route by the function that answers it; loads all of them, so for tools and tests only."""
    from fordring.edge.routes.manage_creditors import ROUTES as MANAGE_CREDITORS
    from fordring.edge.routes.payment_webhook import ROUTES as PAYMENT_WEBHOOK
    from fordring.edge.routes.poll_status import ROUTES as POLL_STATUS
    from fordring.edge.routes.register_invoice import ROUTES as REGISTER_INVOICE
    from fordring.edge.routes.submit_case import ROUTES as SUBMIT_CASE

    return {
        "manage_creditors": tuple(MANAGE_CREDITORS),
        "register_invoice": tuple(REGISTER_INVOICE),
        "submit_case": tuple(SUBMIT_CASE),
        "poll_status": tuple(POLL_STATUS),
        "payment_webhook": tuple(PAYMENT_WEBHOOK),
    }
