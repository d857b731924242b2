"""Lists that show the newest first, in a world without a network: nothing lost, nothing twice."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from listener.model import Post
from listener.ports import Retry
from sources.common.list_reading import ListReading, Nature, Page, listed
from sources.common.list_state import SEEN_MAX, STRETCH_MAX, ListState, dump, load
from sources.common.purse import NothingLeft

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTHING_SAID = ListState()


@dataclass
class World:
    """Reviews by id: where they stand and what they say; pages hold twelve, by number."""

    now: datetime = NOW
    page: int = 12
    depth: int = 10**6
    reviews: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    count: int = 0
    asked: int = 0

    def publish(self, text: str = "new", at: datetime | None = None) -> str:
        self.count += 1
        self.reviews[f"r{self.count}"] = (at or self.now, f"{text} {self.count}")
        return f"r{self.count}"

    def read(self, name: str) -> Page:
        self.asked += 1
        number = int(name or "1")
        order = sorted(self.reviews, key=lambda one: (self.reviews[one][0], int(one[1:])))[::-1]
        ids = order[(number - 1) * self.page : number * self.page]
        is_last = not ids or number >= self.depth
        return Page(
            tuple(self.listed(one) for one in ids),
            "" if is_last else str(number + 1),
            len(ids) < self.page,
            number >= self.depth and len(ids) == self.page,
        )

    def listed(self, review_id: str):  # type: ignore[no-untyped-def]
        at, text = self.reviews[review_id]
        post = Post("store", review_id, text, published_at=at)
        return listed(post, int(at.timestamp()))


@dataclass
class Follower:
    """Reads a world by a cursor, as a source does."""

    world: World
    days: float | None = None
    cursor: str | None = None
    came: Counter[tuple[str, str]] = field(default_factory=Counter)
    deleted: list[str] = field(default_factory=list)

    def poll(self, pages: int = 10**6, fault_at: int = 0) -> ListReading:
        left = iter(range(1, pages + 1))

        def read(name: str) -> Page:
            number = next(left, None)
            if number is None:
                raise NothingLeft
            if number == fault_at:
                raise Retry("it failed")
            return self.world.read(name)

        state = load(self.cursor, ["list"], self.world.now)["list"]
        nature = Nature("list", 10**6, self.days)
        reading = ListReading(nature, state, self.world.now, DAY, read)
        reading.run()
        for item in reading.found.values():
            self.came[item.post.native_id, item.post.text] += 1
        self.deleted += reading.deleted
        self.cursor = dump({"list": reading.state})
        return reading


def stir(world: World, chance: random.Random) -> None:
    """Something happens in the world."""
    what = chance.random()
    if what < 0.6 or not world.reviews:
        late = timedelta(minutes=chance.choice((0, 0, 0, 30)))
        world.publish(at=world.now - late)
        return
    review_id = chance.choice(sorted(world.reviews, key=lambda one: int(one[1:]))[-20:])
    at, _ = world.reviews[review_id]
    if what < 0.75:
        world.count += 1
        world.reviews[review_id] = (world.now, f"edited, moved {world.count}")
    elif what < 0.9:
        world.count += 1
        world.reviews[review_id] = (at, f"edited in its place {world.count}")
    else:
        del world.reviews[review_id]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_all_that_stands_comes_and_no_version_twice(seed: int) -> None:
    chance = random.Random(seed)
    world = World()
    follower = Follower(world)
    for _ in range(30):
        for _ in range(chance.choice((0, 1, 1, 3, 12, 40))):
            world.now += timedelta(seconds=chance.randrange(1, 90))
            stir(world, chance)
        follower.poll(chance.choice((1, 2, 3, 5, 99)), chance.choice((0, 0, 0, 1, 2, 3)))
        world.now += timedelta(minutes=chance.choice((1, 5, 60)))
    for _ in range(4):
        world.now += 2 * HOUR
        follower.poll()
    for _ in range(2):
        world.now += DAY
        follower.poll()
    standing = {(review_id, text) for review_id, (_, text) in world.reviews.items()}
    lost = standing - set(follower.came)
    assert not lost, sorted(lost)[:5]
    assert max(follower.came.values()) == 1
    assert not set(follower.deleted) & set(world.reviews)


def test_what_stands_is_never_taken_for_gone_though_pages_lie() -> None:
    chance = random.Random(7)
    world = World()
    follower = Follower(world)
    for _ in range(60):
        world.now += timedelta(minutes=20)
        world.publish()
        hidden = {
            one: world.reviews.pop(one)
            for one in chance.sample(sorted(world.reviews), min(3, len(world.reviews) - 1))
        }
        follower.poll()
        world.reviews |= hidden
        follower.poll()
    assert not follower.deleted


def test_reviews_that_an_edit_moved_up_are_no_known_ground() -> None:
    world = World()
    old = [world.publish() for _ in range(40)]
    follower = Follower(world)
    follower.poll()
    fresh = []
    for _ in range(10):
        world.now += timedelta(minutes=1)
        fresh.append(world.publish())
    world.now += timedelta(minutes=1)
    for review_id in old[:15]:
        world.reviews[review_id] = (world.now, f"edited {review_id}")
    reading = follower.poll()
    assert set(reading.found) == {*fresh, *old[:15]}
    assert reading.caught_up


def test_an_end_below_a_full_page_is_not_believed_about_what_is_gone() -> None:
    world = World()
    for _ in range(27):
        world.now += timedelta(minutes=1)
        world.publish()
    follower = Follower(world)
    follower.poll()
    below = [f"r{number}" for number in range(1, 4)]
    hidden = {one: world.reviews.pop(one) for one in below}  # the list ends with a full page now
    for _ in range(4):
        world.now += DAY
        follower.poll()
    assert not follower.deleted
    world.reviews |= hidden
    follower.poll()
    assert max(follower.came.values()) == 1


def test_a_quiet_poll_asks_for_one_page() -> None:
    world = World(page=20)
    for _ in range(100):
        world.now += timedelta(minutes=1)
        world.publish()
    follower = Follower(world)
    follower.poll()
    before = world.asked
    follower.poll()
    assert world.asked - before == 1


def test_a_list_that_is_cut_tells_what_it_can_show_no_longer() -> None:
    world = World(depth=3)
    world.publish()
    follower = Follower(world)
    follower.poll()
    began = world.now
    for _ in range(40):
        world.now += timedelta(minutes=1)
        world.publish()
    reading = follower.poll()
    (gap,) = reading.gaps
    assert (gap.since, gap.until) == (began, world.now - timedelta(minutes=35))
    assert not follower.poll().gaps


def test_a_stretch_that_is_too_long_is_given_up_and_told() -> None:
    world = World(page=4_000)
    world.publish()
    follower = Follower(world)
    follower.poll()
    began = world.now
    for _ in range(STRETCH_MAX + 3_000):
        world.now += timedelta(seconds=1)
        world.publish()
    gaps = [gap for reading in [follower.poll(1) for _ in range(6)] for gap in reading.gaps]
    assert len(gaps) == 1
    assert gaps[0].since == began
    assert max(follower.came.values()) == 1
    state = load(follower.cursor, ["list"], world.now)["list"]
    assert len(state.seen) <= SEEN_MAX
    fresh = world.publish()
    assert [item.post.native_id for item in follower.poll().found.values()] == [fresh]


def test_an_old_copy_of_a_page_brings_no_old_words_back() -> None:
    world = World()
    review_id = world.publish()
    follower = Follower(world)
    follower.poll()
    old = dict(world.reviews)
    world.now += HOUR
    world.reviews[review_id] = (world.now, "edited")
    new = world.reviews
    for world.reviews in (new, old, new, old, new):
        follower.poll()
    assert follower.came[review_id, "edited"] == 1
    assert max(follower.came.values()) == 1


def test_a_page_that_leads_nowhere_any_more_is_left_for_the_top() -> None:
    world = World()
    world.publish()
    follower = Follower(world)
    follower.poll()
    for _ in range(40):
        world.now += timedelta(minutes=1)
        world.publish()
    follower.poll(pages=1)
    state = load(follower.cursor, ["list"], world.now)["list"]
    follower.cursor = dump({"list": replace(state, next="900")})
    assert "fewer reviews" in str(follower.poll().failure)
    assert follower.poll().caught_up
    assert len(follower.came) == 41


def test_pages_that_go_round_in_a_circle_are_a_failure() -> None:
    world = World()
    world.publish()

    def circle(name: str) -> Page:
        return replace(world.read(""), next="x", short=False)

    reading = ListReading(Nature("list", 9), NOTHING_SAID, world.now, DAY, circle)
    reading.run()
    assert "in a circle" in str(reading.failure)
    assert not reading.caught_up
