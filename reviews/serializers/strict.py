"""Fields and bodies that take what was sent for what it is: no coercion, no unknown members."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError


class Text(serializers.CharField):
    """A string, to the last blank; numbers are no strings."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        """The string. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.FloatField):
    """A JSON number; booleans and strings are none."""

    def to_internal_value(self, data: Any) -> float:
        """The number. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class Count(serializers.IntegerField):
    """A JSON integer."""

    def to_internal_value(self, data: Any) -> int:
        """The integer. Raises ValidationError."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    """An id as we write it."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """The UUID. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        found: uuid.UUID = super().to_internal_value(data)
        return found


class Word(serializers.ChoiceField):
    """One of some strings. The refusal of another names them."""

    def __init__(self, choices: Sequence[Any], **options: Any) -> None:
        super().__init__(choices, **options)
        known = ", ".join(self.choices)
        self.error_messages["invalid_choice"] = f"Send one of: {known}."

    def to_internal_value(self, data: Any) -> str:
        """The string. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return str(super().to_internal_value(data))


class Body(serializers.Serializer):
    """A JSON object. Unknown members are refused, so that a typo is found; null means not given."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The members that were given. Raises ValidationError with everything that is wrong."""
        errors: dict[str, Any] = {}
        values: dict[str, Any] = {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            if not isinstance(data, Mapping) or not isinstance(error.detail, dict):
                raise
            errors.update(error.detail)
        for name in data.keys() - self.fields.keys():
            errors[name] = [ErrorDetail("There is no such member.", code="unknown_field")]
        if errors:
            raise ValidationError(errors)
        return {name: value for name, value in values.items() if value is not None}
