"""Handing over by API: what a caller gets."""


def test_an_invoice_is_handed_over(api, world):
    world.ready()
    invoice = world.invoice()

    reply = api.post("/v1/creditors/acme/cases", {"agency": "svea", "invoice_id": invoice.invoice_id})

    assert reply.status == 202
    assert reply.body["invoices"][0]["invoice_id"] == invoice.invoice_id
    assert reply.body["release"] == "queued"


def test_without_a_key_nothing_is_told(api, world):
    world.ready()
    api.key = None

    assert api.post("/v1/creditors/acme/cases", {}).status == 401
