"""How a person wants to see the site."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from reviews.forms.preferences import PreferenceForm
from reviews.views.answers import person


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """A person's own preferences, shown and saved."""
    chosen = request.POST if request.method == "POST" else None
    kept = model_to_dict(request.preference)  # type: ignore[attr-defined]
    form = PreferenceForm(chosen, initial=kept)
    if form.is_valid():
        form.keep(person(request))
        messages.success(request, _("Your preferences are saved."))
        return redirect("preferences")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"nav": "preferences", "form": form}
    return render(request, "preferences.html", context, status=status)
