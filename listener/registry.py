"""Which class stands behind a ``type`` in ``config.toml``, and what its table may say.

The built-in plugins are an explicit table, and each is imported only when it is used. Plugins
of others are found by their entry points; a built-in wins over one of the same name, and a
broken one costs only the table that asks for it.
"""

import dataclasses
import importlib
import importlib.metadata
import sys
import types
import typing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from listener.ports import Secret
from listener.suggest import suggestion
from listener.text import shown
from listener.type_words import type_words

PluginKind = Literal["sources", "classifiers", "channels"]

BUILT_IN: dict[PluginKind, dict[str, str]] = {
    "sources": {
        "appstore": "sources.appstore:AppStoreSource",
        "bluesky": "sources.bluesky:BlueskySource",
        "discourse": "sources.discourse:DiscourseSource",
        "facebook": "sources.facebook:FacebookSource",
        "feed": "sources.feed:FeedSource",
        "fider": "sources.fider:FiderSource",
        "hackernews": "sources.hackernews:HackerNewsSource",
        "inbound": "sources.inbound:InboundSource",
        "instagram": "sources.instagram:InstagramSource",
        "jsonl": "sources.jsonl:JsonlSource",
        "linkedin": "sources.linkedin:LinkedInSource",
        "mail": "sources.mail:MailSource",
        "mastodon": "sources.mastodon:MastodonSource",
        "playstore": "sources.playstore:PlayStoreSource",
        "reddit": "sources.reddit:RedditSource",
        "stackexchange": "sources.stackexchange:StackExchangeSource",
        "telegram": "sources.telegram:TelegramSource",
        "threads": "sources.threads:ThreadsSource",
        "uservoice": "sources.uservoice:UserVoiceSource",
        "x": "sources.x:XSource",
        "youtube": "sources.youtube:YoutubeSource",
    },
    "classifiers": {
        "language": "classifiers.language:LanguageClassifier",
        "small": "classifiers.small.judge:SmallClassifier",
        "transformers": "classifiers.transformers_model:TransformersClassifier",
    },
    "channels": {
        "apprise": "alerts.apprise:AppriseChannel",
        "chatwoot": "alerts.chatwoot:ChatwootChannel",
        "email": "alerts.email:EmailChannel",
        "freshdesk": "alerts.freshdesk:FreshdeskChannel",
        "jira": "alerts.jira:JiraChannel",
        "log": "alerts.log:LogChannel",
        "mail_desk": "alerts.mail_desk:MailDeskChannel",
        "request_tracker": "alerts.request_tracker:RequestTrackerChannel",
        "roundup": "alerts.roundup:RoundupChannel",
        "slack": "alerts.slack:SlackChannel",
        "webhook": "alerts.webhook:WebhookChannel",
        "zammad": "alerts.zammad:ZammadChannel",
        "zendesk": "alerts.zendesk:ZendeskChannel",
    },
}

_ONE: dict[PluginKind, str] = {
    "sources": "source",
    "classifiers": "classifier",
    "channels": "channel",
}


class PluginError(Exception):
    """There is no such plugin, or it can't be used; the text says which and why."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """One key of a table: its type in words, its default, its line of documentation.

    ``annotation`` is the type as the class states it, with its limits. A setting without a
    default is ``required``.
    """

    name: str
    type: str
    required: bool
    default: object
    doc: str
    secret: bool
    annotation: Any


def known(kind: PluginKind) -> list[str]:
    """The types that a table of this kind may name; nothing is imported to know them."""
    return sorted({*BUILT_IN[kind], *(entry.name for entry in _entry_points(kind))})


def plugin(kind: PluginKind, type_name: str) -> type[Any]:
    """The class behind a ``type``. Raises PluginError with what is wrong and how to mend it."""
    target = BUILT_IN[kind].get(type_name)
    entries = [] if target else [e for e in _entry_points(kind) if e.name == type_name]
    if not target and not entries:
        hint = suggestion(type_name, known(kind))
        msg = f"there is no {_ONE[kind]} of type '{shown(type_name, 64)}'{hint}"
        raise PluginError(msg)
    try:
        found = _imported(target) if target else entries[0].load()
        return _checked(found)
    except Exception as error:
        # Anything may go wrong in a module of others; it must cost only who asks for it.
        reason = (
            str(error) if isinstance(error, PluginError) else f"{type(error).__name__}: {error}"
        )
        msg = f"the {_ONE[kind]} type '{type_name}' can't be loaded: {shown(reason, 300)}"
        raise PluginError(msg) from error


def settings(cls: type[Any]) -> tuple[Setting, ...]:
    """The settings of a table, in the order of the dataclass's fields.

    A field is a setting when its annotation carries a line of documentation.
    """
    as_key: Any = cls  # the type checker holds that a class with metaclass unknown has no hash
    return _settings(as_key)


@cache
def _settings(cls: Any) -> tuple[Setting, ...]:
    hints = typing.get_type_hints(cls, include_extras=True)
    stated = (_setting(field, hints[field.name]) for field in dataclasses.fields(cls) if field.init)
    return tuple(setting for setting in stated if setting.doc)


def _entry_points(kind: PluginKind) -> Sequence[importlib.metadata.EntryPoint]:
    return _entry_points_on(tuple(sys.path), kind)


@lru_cache(maxsize=16)
def _entry_points_on(
    path: tuple[str, ...],  # noqa: ARG001 (asking every distribution takes long: once per path)
    kind: PluginKind,
) -> Sequence[importlib.metadata.EntryPoint]:
    return tuple(importlib.metadata.entry_points(group=f"listener.{kind}"))


def _imported(target: str) -> object:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def _checked(found: object) -> type[Any]:
    if not isinstance(found, type) or not dataclasses.is_dataclass(found):
        msg = "what stands behind it is no dataclass"
        raise PluginError(msg)
    for setting in settings(found):
        if Secret in _parts(setting.annotation) and not setting.secret:
            msg = f"its setting '{setting.name}' must be typed Secret, or Secret | None"
            raise PluginError(msg)
    return found


def _setting(field: dataclasses.Field[Any], annotation: object) -> Setting:
    default: object = None
    if field.default is not dataclasses.MISSING:
        default = field.default
    elif field.default_factory is not dataclasses.MISSING:
        default = field.default_factory()
    return Setting(
        name=field.name,
        type=type_words(annotation),
        required=field.default is field.default_factory is dataclasses.MISSING,
        default=default,
        doc=next((note for note in _metadata(annotation) if isinstance(note, str)), ""),
        secret=_is_secret(annotation),
        annotation=annotation,
    )


def _metadata(annotation: object) -> tuple[object, ...]:
    return tuple(getattr(annotation, "__metadata__", ()))


def _is_secret(annotation: object) -> bool:
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _is_secret(parts[0])
    of_union = origin in (typing.Union, types.UnionType) and set(parts) == {Secret, type(None)}
    return annotation is Secret or of_union


def _parts(annotation: object) -> Iterator[object]:
    yield annotation
    for part in typing.get_args(annotation):
        yield from _parts(part)
