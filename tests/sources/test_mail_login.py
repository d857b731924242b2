"""A refresh token becomes a token at each login, and neither is told to anybody."""

from collections.abc import Iterator

import pytest

from listener.ports import Reject, Retry, Secret
from sources.mail import MailSource
from tests.sources.mail_letters import letter
from tests.sources.mail_letters import source as on
from tests.sources.standins.imap_server import TOKEN, ImapServer
from tests.sources.standins.imap_server import serving as serving_mail
from tests.sources.standins.serving import Answer, Asked, Host, serving

REFRESH, CLIENT = "1//refresh", "hush"


class Tokens(Host):
    """Gives a token for the right refresh token (RFC 6749, section 6), else an error (5.2)."""

    name = "tokens"
    other: Answer | None = None

    def answer(self, asked: Asked) -> Answer | str:
        if self.other is not None:
            return self.other
        form = dict(pair.split("=") for pair in asked.body.decode().split("&"))
        right = {
            "grant_type": "refresh_token",
            "refresh_token": "1%2F%2Frefresh",
            "client_id": "app",
            "client_secret": CLIENT,
        }
        if form != right:
            return Answer(400, {"error": "invalid_grant", "error_description": str(form)})
        return Answer(200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})


@pytest.fixture
def mail() -> Iterator[ImapServer]:
    with serving_mail(ImapServer()) as mail:
        mail.capabilities = ("IMAP4rev1", "AUTH=XOAUTH2")
        mail.deliver(letter(1))
        yield mail


@pytest.fixture
def tokens() -> Iterator[Tokens]:
    with serving(Tokens()) as tokens:
        yield tokens


def source(mail: ImapServer, tokens: Tokens, refresh: str = REFRESH) -> MailSource:
    return on(
        mail,
        password=None,
        refresh_token=Secret(refresh),
        token_url=f"{tokens.url}/token",
        client_id="app",
        client_secret=Secret(CLIENT),
    )


def test_a_token_is_fetched_at_each_login(mail: ImapServer, tokens: Tokens) -> None:
    for _ in range(2):
        assert len(source(mail, tokens).poll(None).posts) == 1
    assert len(tokens.asked) == 2
    assert REFRESH not in repr(source(mail, tokens))


def test_a_refused_refresh_token_is_a_login_to_mend(mail: ImapServer, tokens: Tokens) -> None:
    with pytest.raises(Reject) as refused:
        source(mail, tokens, "old").poll(None)
    assert refused.value.state == "login"
    assert "old" not in refused.value.reason
    assert mail.logins == 0


@pytest.mark.parametrize(
    "answer",
    [Answer(500), Answer(200, b"<html>"), Answer(200, {"access_token": None}), Answer(200, [])],
)
def test_odd_answers_are_waited_out(mail: ImapServer, tokens: Tokens, answer: Answer) -> None:
    tokens.other = answer
    with pytest.raises(Retry) as odd:
        source(mail, tokens).poll(None)
    assert odd.value.state == "outage"
    assert odd.value.spent is not None


def test_a_password_where_only_tokens_are_taken(mail: ImapServer) -> None:
    mail.capabilities = ("IMAP4rev1", "AUTH=XOAUTH2", "LOGINDISABLED")
    with pytest.raises(Reject, match="takes no password"):
        on(mail).poll(None)


def test_a_token_where_only_passwords_are_taken(mail: ImapServer, tokens: Tokens) -> None:
    mail.capabilities = ("IMAP4rev1", "AUTH=PLAIN")
    with pytest.raises(Reject, match="takes no OAuth2 token"):
        source(mail, tokens).poll(None)
    assert tokens.asked == []
