"""A review does what its model says, whatever is done to it. `tests.fire.machine` tries more."""

import pytest

from tests.reviews.machine.house import opened
from tests.reviews.machine.machine import Machine
from tests.reviews.machine.seeds import OF_ONE_SEED, follow
from tests.reviews.machine.tally import Tally


@pytest.mark.portable
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(1, 7))
def test_reviews_go_the_way_of_their_model(seed):
    Machine.house, Machine.tally = opened(), Tally()
    follow(seed)
    assert Machine.tally.sequences == OF_ONE_SEED
