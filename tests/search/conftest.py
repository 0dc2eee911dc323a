"""The toy experiment's images that a search may see."""

import pytest
from toy_explorer import OOD

from opnp.search.tuning_set import make_tuning_set


@pytest.fixture(scope="module")
def data(explorer):
    return make_tuning_set(explorer.prepared, OOD)
