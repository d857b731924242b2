"""Each verb that writes, on a store that can't be written: a clear state, nothing half done, and
the same store works when the trouble is over.

Where this may mount a small file system, disks are really full and really read-only. Elsewhere
SQLite is told so.
"""

import inspect
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path

import apsw
import pytest

from listener.model import Tag
from listener.rules import Rule, orders
from listener.store import Store, StoreUnavailable, open_store
from listener.store.connection import connect_to, prepare
from listener.store.port import Settled, SourcePlan, Tagged
from listener.store.sqlite import SqliteStore
from listener.testing import StoreSuite, a_mention, a_post
