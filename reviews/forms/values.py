"""JSON values as people type and read them. No look-ups."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gates.admin.display import visible

DEEPEST = 32
LARGEST = 2**53 - 1  # what every JSON reader holds exactly
LONGEST_SHOWN = 300
MOST_DECIMALS = 6
_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Absent:
    """What stands where a document has no such member."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


def is_number(value: Any) -> bool:
    """True for a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def written(value: Any) -> str:
    """A value as the text of a field: numbers plain, text as it is, all else as JSON."""
    if value is ABSENT or value is None:
        return ""
    if is_number(value):
        return format(Decimal(str(value)), "f").removesuffix(".0")
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)


def shown(value: Any, longest: int = LONGEST_SHOWN) -> str:
    """A value to read: cut to size, with every invisible sign spelt out."""
    if value is ABSENT:
        return _("nothing")
    if is_number(value):
        return number_shown(Decimal(str(value)))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    left = len(text) - longest
    if left <= 0:
        return visible(text)
    cut = {"text": visible(text[:longest]), "left": number_format(left, force_grouping=True)}
    return _("%(text)s… and %(left)s more characters") % cut


def number_shown(number: Decimal, decimals: int | None = None) -> str:
    """A number as people of this place write it, with a true minus."""
    return number_format(number, decimals, force_grouping=True).replace("-", "\u2212")


def shared_decimals(values: Iterable[float]) -> int | None:
    """The decimals with which numbers of a column are all shown; None where they would be many."""
    most = max(len(written(value).partition(".")[2]) for value in values)
    return most if most <= MOST_DECIMALS else None


def number_of(text: str, *, whole: bool = False) -> int | float:
    """The number that a text says. Raises ValidationError."""
    text = text.strip()
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ValidationError(
            _("Write a plain number such as 1234.56: a point for decimals, no spaces, no commas.")
        )
    number = Decimal(text)
    if abs(number) > LARGEST:
        raise ValidationError(_("This number is too large."))
    if number == number.to_integral_value():
        return int(number)
    if whole:
        raise ValidationError(_("Write a whole number."))
    if Decimal(str(float(number))) != number:
        raise ValidationError(_("This number has more digits than can be kept."))
    return float(number)


def text_of(text: str) -> str:
    """A text that both databases can keep. Raises ValidationError."""
    if _UNSTORABLE.search(text):
        raise ValidationError(_("This text holds signs that cannot be kept."))
    return text


def json_of(text: str, shape: type | None = None) -> Any:
    """The JSON value of a text, of a Python type if one is asked for. Raises ValidationError."""
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        message = _("This is no JSON: look at line %(line)s, column %(column)s.") % place
        raise ValidationError(message) from error
    except (ValueError, RecursionError) as error:
        raise ValidationError(_("This JSON cannot be kept as it is.")) from error
    if not _storable(value):
        raise ValidationError(_("This JSON cannot be kept as it is."))
    if shape is not None and not isinstance(value, shape):
        wanted = _("an object, in braces {}") if shape is dict else _("a list, in brackets []")
        raise ValidationError(_("This must be %(wanted)s.") % {"wanted": wanted})
    return value


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; two readers may disagree on which of two members of one name counts."""
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a member is there twice")
    return found


def _storable(value: Any, depth: int = 0) -> bool:
    if isinstance(value, dict):
        value = [part for member in value.items() for part in member]
    if isinstance(value, list):
        return depth < DEEPEST and all(_storable(part, depth + 1) for part in value)
    if isinstance(value, str):
        return not _UNSTORABLE.search(value)
    return not is_number(value) or abs(value) <= LARGEST  # false of NaN
