"""The JSON Schema of scenario files, from which an editor completes and checks."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from siting.scenario.schema import Scenario


class _Generator(GenerateJsonSchema):
    """Without what tells a planner nothing: titles made of the keys, docstrings for developers."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 (overrides pydantic)
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        json_schema = super().model_schema(schema)
        json_schema.pop("description", None)
        json_schema.pop("title", None)
        return json_schema


def json_schema() -> dict[str, Any]:
    """The schema, in draft 7, which every editor understands; descriptions in French, then in English."""
    schema = Scenario.model_json_schema(schema_generator=_Generator)
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Scénario siting"}
    return {**head, **{key: _draft_7(part) for key, part in schema.items()}}


def _draft_7(part: Any) -> Any:
    """``part`` with each reference alone in its mapping: draft 7 ignores what stands beside one."""
    if isinstance(part, list):
        return [_draft_7(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {key: _draft_7(value) for key, value in part.items()}
    if "$ref" in part and len(part) > 1:
        part = {"allOf": [{"$ref": part.pop("$ref")}], **part}
    return part
