"""The template's routes and the code's route table are the same, each answered by the same function."""

from fordring.edge.routes import all_routes
from local.template import routes


def test_every_route_leads_to_the_function_that_answers_it():
    of_code = {route.key: function for function, found in all_routes().items() for route in found}
    of_template = routes()
    of_template.pop("$default", None)

    assert sorted(of_code.keys() - of_template.keys()) == []
    assert sorted(of_template.keys() - of_code.keys()) == []
    assert of_template == of_code
