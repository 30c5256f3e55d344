"""The places of a proposal that a gate lets people edit, each with the control that suits it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonpointer
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from gates.policy import GatePolicy
from gates.policyfile.kinds import label_of
from reviews.forms.schema import choices_of, help_of, subschema, types_of
from reviews.forms.values import ABSENT, is_number, json_of, number_of, shown, text_of, written
from reviews.forms.verdict import one_line_end

LONG = 200  # from here on a text gets several lines
_SHAPES: dict[str, type] = {"object": dict, "array": list}


@dataclass(frozen=True, slots=True)
class Place:
    """One editable place. `kind` is a JSON type or `choice`; `value` is what is proposed there."""

    name: str
    pointer: str
    kind: str
    schema: Mapping[str, Any]
    required: bool
    value: Any

    @property
    def label(self) -> str:
        """What the field is called."""
        title = self.schema.get("title")
        last = jsonpointer.JsonPointer(self.pointer).parts[-1]
        return title if isinstance(title, str) and title else label_of(str(last))

    @property
    def text(self) -> str:
        """What is proposed, as the field shows it."""
        if self.kind in {"choice", "boolean"}:
            return "" if self.value is ABSENT else json.dumps(self.value)
        return one_line_end(written(self.value))

    @property
    def options(self) -> list[tuple[str, str]]:
        """What a select offers; nothing is chosen where nothing is proposed."""
        named = [(json.dumps(value), shown(value)) for value in choices_of(self.schema)]
        if self.kind == "boolean":
            named = [("true", _("yes")), ("false", _("no"))]
        empty = [("", _("nothing"))] if self.value is ABSENT or not self.required else []
        return empty + named

    def control(self) -> forms.CharField:
        """The field; `read` says what its text means."""
        return forms.CharField(
            label=self.label,
            help_text=help_of(self.schema),
            initial=self.text,
            required=False,
            strip=False,
            widget=self._widget(),
        )

    def read(self, text: str) -> Any:
        """The value that a text says; one that was not touched stays what it is, to the last bit.

        Raises ValidationError.
        """
        text = one_line_end(text)
        if text == self.text:
            return self.value
        if text == "" or (self.kind != "string" and not text.strip()):
            return self._emptied()
        if self.kind in {"choice", "boolean"}:
            return self._chosen(text)
        if self.kind in {"integer", "number"}:
            return number_of(text, whole=self.kind == "integer")
        return text_of(text) if self.kind == "string" else json_of(text, _SHAPES.get(self.kind))

    def _chosen(self, text: str) -> Any:
        if text not in dict(self.options):
            raise ValidationError(_("Choose one of the values."))
        return json.loads(text)

    def _emptied(self) -> Any:
        if not self.required:
            return ABSENT
        if self.kind == "string":
            return ""
        if "null" in types_of(self.schema):
            return None
        raise ValidationError(_("This is needed."))

    def _widget(self) -> forms.Widget:
        if self.kind in {"choice", "boolean"}:
            return forms.Select(choices=self.options)
        if self.kind in {"integer", "number"}:
            mode = "numeric" if self.kind == "integer" else "decimal"
            return forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"})
        if self.kind == "string" and not self._is_long():
            return forms.TextInput(attrs={"autocomplete": "off"})
        rows = min(max(self.text.count("\n") + 1, 3), 12)
        plain = {} if self.kind == "string" else {"spellcheck": "false", "class": "mono"}
        return forms.Textarea(attrs={"rows": rows, **plain})

    def _is_long(self) -> bool:
        longest = self.schema.get("maxLength")
        roomy = isinstance(longest, int) and longest > LONG
        return roomy or len(self.text) > LONG or "\n" in self.text


def places_of(policy: GatePolicy, proposed: Any) -> list[Place]:
    """The editable places of a proposal; one whose surroundings are missing cannot be filled."""
    pointers = enumerate(dict.fromkeys(policy.editable))
    found = (_place(policy, proposed, at, pointer) for at, pointer in pointers)
    return [place for place in found if place is not None]


def at_pointer(document: Any, pointer: str) -> Any:
    """What a document holds at a JSON Pointer, or ABSENT."""
    try:
        return jsonpointer.resolve_pointer(document, pointer, ABSENT)
    except jsonpointer.JsonPointerException:
        return ABSENT


def edited(proposed: Any, changes: Mapping[str, Any]) -> Any:
    """The proposal with the values at some pointers replaced; ABSENT takes a member away."""
    document = copy.deepcopy(proposed)
    for pointer, value in changes.items():
        parts = jsonpointer.JsonPointer(pointer).parts
        parent = at_pointer(document, jsonpointer.JsonPointer.from_parts(parts[:-1]).path)
        if isinstance(parent, dict) and value is ABSENT:
            parent.pop(parts[-1], None)
        elif isinstance(parent, dict):
            parent[parts[-1]] = value
        elif isinstance(parent, list) and _is_index(parent, parts[-1]):
            parent[int(parts[-1])] = value
    return document


def _place(policy: GatePolicy, proposed: Any, at: int, pointer: str) -> Place | None:
    parts = jsonpointer.JsonPointer(pointer).parts
    parent = at_pointer(proposed, jsonpointer.JsonPointer.from_parts(parts[:-1]).path)
    in_list = isinstance(parent, list) and _is_index(parent, parts[-1])
    if not in_list and not isinstance(parent, dict):
        return None
    value = at_pointer(proposed, pointer)
    schema, required = subschema(policy.proposal_schema, parts)
    kind = _kind(schema, value)
    return Place(f"edit_{at}", pointer, kind, schema, required or in_list, value)


def _is_index(items: list[Any], part: Any) -> bool:
    text = str(part)
    return text.isdecimal() and text.isascii() and int(text) < len(items)


def _kind(schema: Mapping[str, Any], value: Any) -> str:
    if choices_of(schema):
        return "choice"
    named = [name for name in types_of(schema) if name != "null"]
    fitting = [name for name in _kinds_of(value) if not named or name in named]
    return (fitting or named or ["string"])[0]


def _kinds_of(value: Any) -> tuple[str, ...]:
    """The JSON types of a value, the usual one first."""
    if isinstance(value, bool):
        return ("boolean",)
    if is_number(value):
        return ("number", "integer")
    names: dict[type, str] = {str: "string", dict: "object", list: "array"}
    return (names[type(value)],) if type(value) in names else ()
