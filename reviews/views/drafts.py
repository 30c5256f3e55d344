"""What is typed and not sent."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import time_format
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reviews.models.decision import VERDICTS
from reviews.queries.scope import sees
from reviews.transitions import drafts
from reviews.views.answers import person, typed


@require_POST
@login_required
def draft(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Keep what is typed so far; the answer is a line that says so."""
    reader, verdict = person(request), request.POST.get("verdict", "")
    if verdict not in dict(VERDICTS) or not sees(reader, review_id):
        raise Http404
    kept = drafts.keep(review_id, reader.pk, verdict, typed(request))
    if kept is None:
        return HttpResponse(_("Too long to keep as a draft."))
    at = time_format(kept.saved_at.astimezone(get_current_timezone()), "TIME_FORMAT")
    return HttpResponse(_("Draft kept, %(time)s") % {"time": at})
