"""How many SQL statements one HTTP request takes, BEGIN and COMMIT among them."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)
