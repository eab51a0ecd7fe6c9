"""Parts of the API's description: the models as JSON schemas, and the problem documents."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fordring.edge.route import Route

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fordring.edge.route import Model

type Json = dict[str, Any]

_REF: Final = "#/components/schemas/{model}"

PROBLEMS: Final[Mapping[int, tuple[str, str]]] = {
    400: ("NotValid", "The request is not valid; `errors` names every fault, and nothing was written."),
    401: ("Unauthenticated", "A key, token or signature is missing, unknown, wrong or revoked."),
    403: ("Forbidden", "The key is known but lacks the scope."),
    404: ("NotFound", "There is no such resource, or none that this key may see."),
    409: ("Refused", "A rule of the business refuses this; `code` tells which."),
    412: ("Changed", "The resource has changed since it was read: `If-Match` names another revision."),
    413: ("TooLarge", "The body exceeds 1 MB."),
    415: ("UnsupportedMedia", "The content type is not one that the route takes."),
    422: ("Unprocessable", "Well formed, but it cannot be carried out as it stands; `code` tells why."),
    429: ("TooMany", "More requests than are served at once; wait and repeat the same request."),
    503: ("Unavailable", "Busy, or a part of the hub is unavailable; the same request may be repeated."),
}


def problem_response(status: int) -> Json:
    """Describe the answer of a status that says no."""
    content: Json = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    if status == 429:
        # The gateway itself answers so, before any function is called.
        content["application/json"] = {
            "schema": {"type": "object", "properties": {"message": {"type": "string"}}}
        }
    return {"description": PROBLEMS[status][1], "content": content}


def problem_schema() -> Json:
    """Describe a problem document."""
    fault = {
        "type": "object",
        "required": ["pointer", "code", "detail"],
        "properties": {
            "pointer": {"type": "string", "description": "JSON pointer to what is wrong; empty: the whole."},
            "code": {"type": "string"},
            "detail": {"type": "string"},
        },
    }
    return {
        "type": "object",
        "title": "Problem",
        "description": "RFC 9457. Further members depend on `code`.",
        "required": ["type", "title", "status", "code", "detail", "retryable"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "description": "Stable; program against this."},
            "detail": {"type": "string"},
            "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."},
            "errors": {"type": "array", "items": fault},
            "request_id": {"type": "string"},
        },
        "examples": [
            {
                "type": "urn:fordring:problem:invalid_input",
                "title": "The request is not valid",
                "status": 400,
                "code": "invalid_input",
                "detail": "The request is not valid",
                "retryable": False,
                "errors": [
                    {
                        "pointer": "/principal/amount",
                        "code": "too_many_decimals",
                        "detail": "NOK has two decimals",
                    }
                ],
                "request_id": "5b1f0d0c-3c53-4a5e-8c8e-2f1f3f6c0f8e",
            }
        ],
    }


class Schemas:
    """The models of all routes as JSON schemas, with one name each."""

    def __init__(self, routes: Sequence[Route]) -> None:
        from pydantic.json_schema import GenerateJsonSchema, models_json_schema

        class WithoutFieldTitles(GenerateJsonSchema):
            # A title that repeats the field's name in capitals says nothing.
            def field_title_should_be_set(self, schema: Any) -> bool:
                del schema
                return False

        self._generator = WithoutFieldTitles
        wanted: dict[tuple[type[BaseModel], Any], None] = {}
        for route in routes:
            if route.body is not None:
                wanted[route.body, "validation"] = None
            for model in route.models.values():
                if model is not None:
                    wanted[_described(model), "serialization"] = None
        self._refs, definitions = models_json_schema(
            list(wanted), ref_template=_REF, schema_generator=WithoutFieldTitles
        )
        self.components: Json = dict(definitions.get("$defs", {}))

    def of(self, model: "Model", mode: Any) -> Json:
        """Refer to a model as it is taken (``validation``) or given (``serialization``)."""
        return self._refs[_described(model), mode]

    def query_parameters(self, model: "type[BaseModel]") -> list[Json]:
        """Spell the fields of a model as query parameters."""
        schema = model.model_json_schema(ref_template=_REF, schema_generator=self._generator)
        for name, definition in schema.get("$defs", {}).items():
            if self.components.setdefault(name, definition) != definition:
                raise ValueError(f"two models are called {name}")
        required = schema.get("required", ())
        return [
            self._query_parameter(name, dict(field), name in required)
            for name, field in schema.get("properties", {}).items()
        ]

    @staticmethod
    def _query_parameter(name: str, field: Json, required: bool) -> Json:
        parameter: Json = {"name": name, "in": "query", "required": required}
        description = field.pop("description", None)
        if description:
            parameter["description"] = description
        # A parameter that is left out is null to the model; in a URL there is no null.
        if field.get("default", ...) is None:
            del field["default"]
        options = [option for option in field.pop("anyOf", ()) if option != {"type": "null"}]
        if len(options) == 1:
            field |= options[0]
        elif options:
            field["anyOf"] = options
        parameter["schema"] = field
        return parameter


def _described(model: "Model") -> "type[BaseModel]":
    from fordring.edge.schemas.told import Told

    return model.model() if issubclass(model, Told) else model
