"""What every store must pass: the spine's promises, each as a test."""

from collections.abc import Callable

import pytest

from listener.store.port import Store
from listener.testing.store_arrivals import StoreArrivals
from listener.testing.store_case_acts import StoreCaseActs
from listener.testing.store_cases import StoreCases
from listener.testing.store_clock import StoreClock
from listener.testing.store_controls import StoreControls
from listener.testing.store_imports import StoreImports
from listener.testing.store_learning import StoreLearning
from listener.testing.store_ledger import StoreLedger
from listener.testing.store_marks import StoreMarks
from listener.testing.store_outbox import StoreOutbox
from listener.testing.store_past import StorePast
from listener.testing.store_people import StorePeople
from listener.testing.store_polls import StorePolls
from listener.testing.store_rechecks import StoreRechecks
from listener.testing.store_removal import StoreRemoval

Open = Callable[[str], Store]


class StoreSuite(
    StorePolls,
    StoreLedger,
    StoreMarks,
    StoreOutbox,
    StorePast,
    StoreRechecks,
    StoreRemoval,
    StoreCases,
    StoreCaseActs,
    StoreClock,
    StoreControls,
    StoreLearning,
    StoreImports,
    StoreArrivals,
    StorePeople,
):
    """Give ``open_store``: opens the same, at first empty, database under an owner's name."""

    @pytest.fixture
    def open_store(self) -> Open:
        """Opens the database under test."""
        pytest.fail("the suite needs an 'open_store' fixture")

    @pytest.fixture
    def store(self, open_store: Open) -> Store:
        """The store as the first process sees it."""
        return open_store("one")

    @pytest.fixture
    def other(self, open_store: Open) -> Store:
        """The same as another process sees it."""
        return open_store("two")
