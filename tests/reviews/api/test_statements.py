"""How many SQL statements one HTTP request takes, BEGIN and COMMIT among them."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.reviews.api.calling import by_person

pytestmark = pytest.mark.django_db(transaction=True)
