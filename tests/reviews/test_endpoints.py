"""HTTP actions: what is done with their addresses and secrets is told to the log."""

import base64

import pytest
from structlog.testing import capture_logs

from reviews.models import Endpoint
from reviews.transitions import endpoints
from tests.factories import person, user

pytestmark = pytest.mark.django_db


def test_every_move_of_an_endpoint_is_told_with_who_made_it_and_without_the_secret():
    ann = person(user("ann"))
    with capture_logs() as told:
        pay = endpoints.add("pay", "https://example.com/pay", actor=ann)
        endpoints.move(pay.pk, "https://example.com/pay/2", actor=ann)
        endpoints.rotate(pay.pk, actor=ann)
        endpoints.show(pay.pk, actor=ann)
        endpoints.delete(pay.pk, actor=ann)
    who = {"endpoint": "pay", "actor": str(ann), "log_level": "info"}
    assert told == [
        {"event": event, **who}
        for event in (
            "endpoint_added",
            "endpoint_moved",
            "endpoint_secret_rotated",
            "endpoint_secret_shown",
            "endpoint_deleted",
        )
    ]


def test_a_secret_is_256_bits_made_anew_each_time():
    ann = person(user("ann"))
    pay = endpoints.add("pay", "https://example.com/pay", actor=ann)
    secrets = {pay.secret, endpoints.rotate(pay.pk, actor=ann).secret}
    lengths = [len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets]
    assert lengths == [32, 32]
    endpoints.move(pay.pk, "https://example.com/2", actor=ann)
    assert Endpoint.objects.get().secret in secrets - {pay.secret}
