"""The settings of the other parts, with a queue that gives up on a silent worker sooner."""

from tests.fire.settings import *  # noqa: F403
from tests.fire.settings import Q_CLUSTER

TIMEOUT, RETRY = 8, 20  # seconds; 60 and 180 in production
Q_CLUSTER = Q_CLUSTER | {"timeout": TIMEOUT, "retry": RETRY}
