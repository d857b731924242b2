"""A real Matrix server by Apprise: the text arrives as written, and nothing in it does anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from alerts.apprise import AppriseChannel
from alerts.text import JOINER
from listener.ports import Reject, Secret
from tests.alerts.case_example import case_alert
from tests.alerts.example import alert, everywhere, mention
from tests.campaigns.hostile import LISTED
from tests.services import synapse
from tests.services.required import need

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
HOSTILE_ALERTS = 60


@dataclass(frozen=True, slots=True)
class Room:
    """A room of Ada's, in which the listener may speak."""

    server: synapse.Synapse
    ada: str
    ours: str
    id: str

    def channel(self, password: str = synapse.PASSWORD) -> AppriseChannel:
        url = f"matrix://listener:{password}@127.0.0.1:{self.server.port}/%23alerts:localhost"
        return AppriseChannel(Secret(url), allow_private=True, timeout_seconds=10)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    need("synapse", synapse.missing())
    with synapse.running(tmp_path_factory.mktemp("synapse")) as server:
        ada, ours = server.user("ada"), server.user("listener")
        made = server.room(ada, "alerts", ["@listener:localhost"])
        server.join(ours, made)
        yield Room(server, ada, ours, made)


def seen(text: str) -> str:
    return text.replace(JOINER, "")


def test_an_alert_and_its_case_arrive_as_written(room: Room) -> None:
    channel = room.channel()
    told = alert(mention(1, text="ż & <b>ä</b>\n*b* `c` 漢字 ﷺ"))
    for each in (told, case_alert()):
        channel.send(each)
    first, second = room.server.messages(room.ada, room.id)
    assert seen(first["body"]).splitlines()[:5] == [
        "finnair: urgent complaint on example.org by @matti",
        "priority 51 · finnair · example.org · Matti M. (@matti), 1200 followers",
        "Peruttu lento",
        "ż & <b>ä</b>",
        "*b* `c` 漢字 ﷺ",
    ]
    assert "https://example.org/posts/1?a=1&b=2" in first["body"].splitlines()
    assert "claimed by anna" in second["body"]


def test_no_hostile_words_do_anything(room: Room) -> None:
    """Neither markup nor a call, though the listener may call everybody in this room."""
    said_before = len(room.server.messages(room.ada, room.id))
    random, channel = Random(8), room.channel()
    tried = [*LISTED, "@room", "@ada:localhost", " ada ", "hello Ada"]
    for _ in range(HOSTILE_ALERTS):
        channel.send(everywhere(" ".join(random.sample(tried, 4))))
    said = room.server.messages(room.ada, room.id)[said_before:]
    assert len(said) == HOSTILE_ALERTS
    for content in said:
        assert content["msgtype"] == "m.text"
        assert content.keys() == {"msgtype", "body", "m.mentions"}
        assert content["m.mentions"] == {}
    assert room.server.calls(room.ada) == []


def test_a_call_in_this_room_would_be_seen(room: Room) -> None:
    """What the test before rests on."""
    room.server.say(room.ours, room.id, "hello @room")
    room.server.say(room.ours, room.id, "hello ada")
    assert len(room.server.calls(room.ada)) == 2


def test_a_wrong_password_stops_the_channel(room: Room) -> None:
    with pytest.raises(Reject, match=r"address 1 in urls") as caught:
        room.channel("wrong-secret-word").send(alert())
    assert caught.value.state == "login"
    assert "wrong-secret-word" not in caught.value.reason
