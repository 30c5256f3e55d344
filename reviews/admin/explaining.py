"""Why a review is where it is, in the words in which every page explains routing."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gates import routing
from gates.admin.display import visible
from gates.queries.policies import policy_of
from reviews.models import Review


def explained(review: Review) -> SafeString:
    """A list of sentences: which rules fired with which values, who is asked, and what then."""
    routed = routing.Routing.from_json(review.why)
    said = routing.explain(policy_of(review.version), routed, review.level)
    lines = format_html_join("", "<li>{}</li>", ((visible(line),) for line in said.sentences))
    return format_html('<ul class="gh-why">{}</ul>', lines)
