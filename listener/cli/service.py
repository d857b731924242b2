"""The commands of customer service: cases, silences, what was told, and what was not."""

from typing import Annotated

import typer

from listener.cli.options import CONFIG, ConfigOption

JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
ByOption = Annotated[str, typer.Option(help="Who does it; default: the login name.")]

service = typer.Typer()


@service.command()
def cases(
    config: ConfigOption = CONFIG,
    state: Annotated[
        str, typer.Option(help="Of new, claimed, answered, closed; default: all but closed.")
    ] = "",
    team: Annotated[str, typer.Option(help="Just this team's.")] = "",
    owner: Annotated[str, typer.Option(help="Just those this person has.")] = "",
    author: Annotated[
        str, typer.Option(help="Just those with a mention by this account: HANDLE or SITE:HANDLE.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """List the cases that are open, the weightiest first, with how long each has waited."""
    from listener.cli.casing import list_cases

    list_cases(config, state, team, owner, author, as_json=as_json)


@service.command()
def case(
    key: Annotated[str, typer.Argument(help="The case's key, as listener cases shows it.")],
    act: Annotated[
        str,
        typer.Argument(
            help="claim, release, answer, close, reopen, snooze, wake, not-ours or note."
        ),
    ] = "",
    config: ConfigOption = CONFIG,
    until: Annotated[
        str, typer.Option(help="With snooze: for how long, such as 2h, or a date and time.")
    ] = "",
    text: Annotated[str, typer.Option(help="Words for colleagues, with any act.")] = "",
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show a case with all that was said and done, or do something to it.

    What is done here is shown in Slack and at the help desk as well.
    """
    from listener.cli.casing import do, show_case

    if act:
        do(config, key, act, until, text, by)
    else:
        show_case(config, key, as_json=as_json)


@service.command()
def silence(
    config: ConfigOption = CONFIG,
    until: Annotated[str, typer.Option(help="Its end: 4h, 2d, or a date and time.")] = "",
    rule: Annotated[list[str] | None, typer.Option(help="Alerts of this rule.")] = None,
    brand: Annotated[list[str] | None, typer.Option(help="About this brand.")] = None,
    site: Annotated[list[str] | None, typer.Option(help="On this site.")] = None,
    author: Annotated[list[str] | None, typer.Option(help="By HANDLE or SITE:HANDLE.")] = None,
    channel: Annotated[list[str] | None, typer.Option(help="To this channel.")] = None,
    reason: Annotated[str, typer.Option(help="Why; colleagues read it.")] = "",
    by: ByOption = "",
    end: Annotated[int, typer.Option(help="End the silence of this number now.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Silence alerts until then; without options, list the silences that hold.

    Nothing is lost: mentions are stored and counted as ever, and what was held back is in
    listener told. A silence needs an end, and at least one thing that it is about.
    """
    from listener.cli.silencing import Wanted, end_silence, list_silences, make_silence

    wanted = Wanted(*(tuple(some or ()) for some in (rule, brand, site, author, channel)))
    if end:
        end_silence(config, end)
    elif wanted == Wanted() and not until:
        list_silences(config, as_json=as_json)
    else:
        make_silence(config, wanted, until, reason, by)


@service.command()
def resend(
    config: ConfigOption = CONFIG,
    channel: Annotated[str, typer.Option(help="Just the alerts of this channel.")] = "",
    key: Annotated[str, typer.Option(help="Just this alert.")] = "",
) -> None:
    """Tell again what could not be delivered and was buried. A running daemon does it at once."""
    from listener.cli.resending import resend as again

    again(config, channel, key)


@service.command()
def pushed(
    number: Annotated[
        int | None, typer.Argument(min=1, max=2**63 - 1, help="Show this one whole.")
    ] = None,
    config: ConfigOption = CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="List as JSON lines.")] = False,
) -> None:
    """List what was pushed to a source and broke it; it is kept for a month."""
    from listener.cli.pushed import list_refused, show_refused

    if number is not None:
        show_refused(config, number)
    else:
        list_refused(config, as_json=as_json)


@service.command()
def told(
    config: ConfigOption = CONFIG,
    since: Annotated[str, typer.Option(help="How far back, such as 7d or 24h, or a date.")] = "24h",
    until: Annotated[str, typer.Option(help="To when, likewise; default: now.")] = "",
    mention: Annotated[str, typer.Option(help="Just of this mention: POST#BRAND.")] = "",
    of_case: Annotated[str, typer.Option("--case", help="Just of this case.")] = "",
    channel: Annotated[str, typer.Option(help="Just by this channel.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON line each.")] = False,
) -> None:
    """Who was told what, when and why, and how it went; also what a silence held back."""
    from listener.cli.trailing import show_trail

    show_trail(config, since, until, mention, of_case, channel, as_json=as_json)


@service.command(name="test")
def try_channel(
    channel: Annotated[str, typer.Argument(help="The channel's name in the configuration.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Send a test message by a channel, and say how it went. Nothing is stored."""
    from listener.cli.channel_test import send_test

    send_test(config, channel)


@service.command()
def link(
    accounts: Annotated[
        list[str], typer.Argument(help="Accounts, such as x:@ada mail:ada@example.org.")
    ],
    config: ConfigOption = CONFIG,
    by: ByOption = "",
) -> None:
    """Say that accounts are one person's: their history is shown, and counted, together."""
    from listener.cli.linking import link as do

    do(config, accounts, by)


@service.command()
def unlink(
    account: Annotated[str, typer.Argument(help="The account, such as mail:ada@example.org.")],
    config: ConfigOption = CONFIG,
) -> None:
    """Take an account from the person it was linked to."""
    from listener.cli.linking import unlink as do

    do(config, account)
