"""A round of jobs: each list of a page read once, over as many polls as the budget takes.

A job that fails costs itself, unless its failure is about the whole account: then the round ends.
What an earlier poll could not get to comes first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from listener.model import NOTHING_SPENT, Batch, Fault
from listener.ports import Reject, Retry
from sources.common.places import again, told
from sources.common.purse import NothingLeft
from sources.meta_parts.cursor import State, dump
from sources.meta_parts.errors import GENERAL, NotThere
from sources.meta_parts.graph import Graph
from sources.meta_parts.harvest import Harvest
from sources.meta_parts.token import TokenWatch

Job = Callable[[], None]
Failure = Retry | Reject


@dataclass
class Round:
    """``run`` it, then ask for the ``batch``."""

    graph: Graph
    state: State
    harvest: Harvest
    failures: dict[str, Failure] = field(default_factory=dict)
    unread: bool = False

    def run(self, jobs: Mapping[str, Job]) -> None:
        """Do the jobs, or what is left of them. Raises nothing."""
        left = [name for name in self.state.left if name in jobs]
        self.state.marred = bool(left) and self.state.marred
        self.state.left = left or list(jobs)
        for name in list(self.state.left):
            if not self._may_go_on(name, jobs[name]):
                break
            self.state.left.remove(name)
        if not self.state.left and not self.state.marred:
            self.state.asked_at = self.harvest.now.timestamp()

    def _may_go_on(self, name: str, job: Job) -> bool:
        """Do one job; whether another may follow."""
        try:
            job()
        except NothingLeft:
            self.unread = True
            return False
        except NotThere:
            words = "Meta has nothing there, or does not show it to this token: check the id"
            self.failures[name] = Reject(words, state="gone")
        except (Retry, Reject) as failure:
            self.failures[name] = failure
        else:
            return True
        self.state.marred = True
        is_general = self.failures[name].state in GENERAL
        if is_general:
            self.state.left = []  # the next poll begins anew
        return not is_general

    def batch(self) -> Batch:
        """What came. Raises what everything failed with."""
        spent = self.graph.purse.told()
        if self.failures and not self.graph.answered:
            raise told(list(self.failures.values()), spent)
        now = self.harvest.now
        wait = self._rest(now)
        return Batch(
            posts=self.harvest.in_order(),
            deleted=tuple(f"{self.harvest.site}:{one}" for one in self.harvest.deleted),
            cursor=dump(self.state),
            faults=(*self._faults(), *self.harvest.faults),
            rejects=tuple(self.harvest.rejects),
            gaps=tuple(self.harvest.gaps),
            more=self.unread and self.graph.answered > 0,
            complete=self.state.asked_at == now.timestamp(),
            wait_seconds=wait if wait > 0 else None,
            spent=spent,
        )

    def _faults(self) -> Iterable[Fault]:
        return (Fault(name, failure.reason) for name, failure in self.failures.items())

    def _rest(self, now: datetime) -> float:
        """Note when Meta may be asked again, and return how long that is."""
        general = [one for one in self.failures.values() if one.state in GENERAL]
        self.state.again_at, self.state.said = again(general[0] if general else None, now)
        return self.state.again_at - now.timestamp()


def polled(graph: Graph, harvest: Harvest, jobs: Mapping[str, Job], watch: TokenWatch) -> Batch:
    """One poll. Raises what everything failed with, or why nothing may be asked yet."""
    state, now = harvest.state, harvest.now
    if graph.purse.left <= 0:
        raise Retry("its budget has no request left", state="budget", spent=NOTHING_SPENT)
    wait = state.again_at - now.timestamp()
    if wait > 0:
        reason = state.said or "Meta asked to wait"
        raise Retry(reason, wait, state="rate limit", spent=NOTHING_SPENT)
    one = Round(graph, state, harvest)
    one.run(jobs)
    expiry = watch.fault(state, now)
    if expiry is not None:
        harvest.faults.append(expiry)
    return one.batch()
