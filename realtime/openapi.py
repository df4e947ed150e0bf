"""OpenAPI as the house really answers: Litestar draws the operations, msgspec the schemas of our structs,
and what every operation has in common is added here, the refusals above all."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition
from msgspec import Struct

from realtime import problems
from realtime.routes.common import ANSWERS, TAKES, must_be_known

COMPONENTS = "#/components/schemas/{name}"
NO_SCOPES: list[str] = []
TOKEN = [{"bearer": NO_SCOPES}, {"parameter": NO_SCOPES}]
REFUSALS: Mapping[int, str] = {
    400: "The request makes no sense; `detail` says why.",
    401: "A valid token is needed.",
    403: "Not with this token.",
    404: "There is no such thing.",
    409: "Refused, as things are now.",
    413: "The body is too large.",
    429: "Too many requests, or streams, at a time.",
    503: "Not available right now. Repeat the request with the same ids: nothing is recorded twice.",
}
AT_LEAST = {
    "name": "at_least",
    "in": "query",
    "required": False,
    "description": "Wait until the answer shows this position, some seconds at most.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
}

Document = dict[str, Any]


class Described(JsonRenderPlugin):
    """Serves the document at `/schema`."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: Document) -> bytes:
        """See Litestar."""
        return super().render(request, described(request.app))


def configuration() -> OpenAPIConfig:
    """What Litestar needs to know."""
    return OpenAPIConfig(
        title="Lyceum",
        version="1",
        description="Commands answer a position; queries take `?at_least=position` to read one's own write.",
        path="/schema",
        use_handler_docstrings=True,
        render_plugins=[Described(path="/")],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT"),
                "parameter": SecurityScheme(type="apiKey", name="token", security_scheme_in="query"),
            }
        ),
    )


def described(app: Litestar) -> Document:
    """The document of the application."""
    document = _plain(app.openapi_schema.to_schema())
    operations = list(_operations(app, document))
    types: list[Any] = [problems.Problem]
    for operation in operations:
        types += operation.types()
    schemas, components = msgspec.json.schema_components(types, ref_template=COMPONENTS)
    drawn = iter(schemas)
    document["components"]["responses"] = dict(_refusals(next(drawn)))
    document["components"]["schemas"] = dict(sorted(components.items()))
    for operation in operations:
        operation.describe({name: next(drawn) for name in operation.places})
    return _plain(document)


def _plain(document: Document) -> Document:
    """A copy, of what JSON knows alone."""
    return msgspec.json.decode(msgspec.json.encode(document))


@dataclass(frozen=True)
class Operation:
    """One operation: its handler, and what Litestar says of it, to be corrected in place."""

    handler: HTTPRouteHandler
    said: Document
    places: Mapping[str, Any]
    """What msgspec is to draw: `body`, `answer` and each parameter by its name."""

    def types(self) -> list[Any]:
        """The types of `places`."""
        return list(self.places.values())

    def describe(self, schemas: Mapping[str, Document]) -> None:
        """Correct what Litestar says."""
        for response in self.said.get("responses", {}).values():
            if "headers" in response:  # Litestar has them in a set, whose order changes from run to run
                response["headers"] = dict(sorted(response["headers"].items()))
        for parameter in self.said.get("parameters", ()):
            parameter["schema"] = _given(schemas[parameter["name"]], parameter["schema"])
        if "body" in schemas:
            self.said["requestBody"]["content"]["application/json"]["schema"] = schemas["body"]
        if kind := self.handler.opt.get(TAKES):
            content = {kind: {"schema": {"type": "string"}}}
            self.said["requestBody"] = {"required": True, "content": content}
        self._answers(schemas)

    def _answers(self, schemas: Mapping[str, Document]) -> None:
        answers = self.said["responses"]
        answers.pop("400", None)
        answers[str(self.handler.status_code)]["description"] = self.said["description"]
        for answer in answers.values():
            if "headers" in answer:  # they come from a set
                answer["headers"] = dict(sorted(answer["headers"].items()))
            for content in answer.get("content", {}).values():
                content["schema"] = schemas.get("answer", {"type": "string"})
        if must_be_known in self.handler.resolve_guards():
            self.said["security"] = TOKEN
            if self.handler.http_methods == {"GET"}:
                self.said.setdefault("parameters", []).append(AT_LEAST)
            answers.update(_refused(REFUSALS))
        elif self.said.get("parameters"):  # for whoever has the address
            answers.update(_refused((400, 404, 503)))


def _refused(statuses: Iterable[int]) -> Document:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _operations(app: Litestar, document: Document) -> Iterator[Operation]:
    for route in app.routes:
        said = document["paths"].get(route.path_format)
        if said and isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method.lower() in said:
                    yield Operation(handler, said[method.lower()], dict(_places(handler)))


def _places(handler: HTTPRouteHandler) -> Iterator[tuple[str, Any]]:
    signature = handler.parsed_fn_signature
    checked = {field.name: field.type for field in msgspec.structs.fields(handler.signature_model)}
    for name, field in signature.parameters.items():
        if name == "data":
            yield "body", field.annotation
        elif name != "request" and not field.is_di_field:
            yield getattr(field.kwarg_definition, "name", None) or name, checked[name]
    if answer := handler.opt.get(ANSWERS) or _struct(signature.return_type):
        yield "answer", answer


def _struct(answered: FieldDefinition) -> type[Struct] | None:
    """The struct that is answered, be it within a `Response`."""
    for kind in (answered.annotation, *(inner.annotation for inner in answered.inner_types)):
        if isinstance(kind, type) and issubclass(kind, Struct):
            return kind
    return None


def _given(schema: Document, before: Document) -> Document:
    """A parameter's schema: it is given or not, there is no null in a URL."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    default = {"default": before["default"]} if "default" in before else {}
    return {**(choices[0] if choices else schema), **default}


def _refusals(problem: Document) -> Iterator[tuple[str, Document]]:
    for status, description in REFUSALS.items():
        refusal: Document = {
            "description": description,
            "content": {problems.MEDIA_TYPE: {"schema": problem}},
        }
        if status in (429, 503):
            refusal["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
        yield str(status), refusal
