"""Why a review is where it is, in the words in which every page explains routing."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gates.admin.display import visible
from reviews.models import Review
from reviews.queries import outlook


def explained(review: Review, names: Mapping[str, str]) -> SafeString:
    """A list of sentences: which rules fired with which values, who is asked, and what then."""
    said = outlook.explained(review, names)
    lines = format_html_join("", "<li>{}</li>", ((visible(line),) for line in said.sentences))
    return format_html('<ul class="gh-why">{}</ul>', lines)
