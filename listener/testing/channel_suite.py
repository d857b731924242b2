"""What every channel must pass."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from listener.model import Alert
from listener.ports import Channel, Reject, Retry
from listener.testing.fakes import NOON, a_mention, a_post

HOSTILE = "<!channel> <script>alert(1)</script> \x00\x1b[2J \u202e @here\r\nBcc: all@example.com"


def an_alert(**fields: object) -> Alert:
    """An alert about one mention."""
    plain = Alert(
        key="urgent/fake:1#norvia/desk",
        thread="urgent/fake:1#norvia/desk",
        rule="urgent",
        channel="desk",
        kind="mentions",
        created_at=NOON,
        title="norvia: urgent complaint on fake by traveller",
        mentions=(a_mention(),),
        priority=87,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


class ChannelSuite:
    """Give ``channel`` that reaches a target of your own, ``told``: all texts the target got.

    Also give ``broken``, a channel whose target is not there, and ``secrets``, values that must
    never show.
    """

    secrets: tuple[str, ...] = ()

    @pytest.fixture
    def channel(self) -> Channel:
        """The channel under test."""
        pytest.fail("the suite needs a 'channel' fixture")

    @pytest.fixture
    def broken(self) -> Channel:
        """The same with nobody at the other end."""
        pytest.fail("the suite needs a 'broken' fixture")

    @pytest.fixture
    def told(self) -> Callable[[], list[str]]:
        """What the target got so far."""
        pytest.fail("the suite needs a 'told' fixture")

    def test_tells_a_mention(self, channel: Channel, told: Callable[[], list[str]]) -> None:
        """The target gets the post's words."""
        channel.send(an_alert())
        assert any("late again" in text for text in told())

    def test_tells_an_alarm_and_its_end(
        self, channel: Channel, told: Callable[[], list[str]]
    ) -> None:
        """Alerts without mentions tell their title."""
        channel.send(an_alert(kind="source", title="Source blogs failed", mentions=()))
        channel.send(an_alert(kind="clear", title="Source blogs is back", mentions=()))
        assert any("Source blogs failed" in text for text in told())
        assert any("Source blogs is back" in text for text in told())

    def test_hostile_text_is_told_too(
        self, channel: Channel, told: Callable[[], list[str]]
    ) -> None:
        """It arrives without control characters, and does not stop the telling."""
        hostile = a_mention(post=a_post(text=HOSTILE, title=HOSTILE))
        channel.send(an_alert(mentions=(hostile,)))
        assert told()
        assert not any("\x1b" in text or "\x00" in text for text in told())

    def test_failure_is_told_in_words(self, broken: Channel) -> None:
        """Nobody there: Retry or Reject, with a reason that holds no secret."""
        with pytest.raises((Retry, Reject)) as failure:
            broken.send(an_alert())
        assert isinstance(failure.value, Retry | Reject)
        assert failure.value.reason
        for secret in self.secrets:
            assert secret not in failure.value.reason
            assert secret not in repr(broken)
