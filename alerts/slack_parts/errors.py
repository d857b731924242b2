"""What Slack's refusals mean for an alert: wait, tell it anew, or have a person mend something.

The codes are those of docs.slack.dev/reference/methods/chat.postMessage, chat.update and
chat.delete. Of
incoming webhooks, only the status matters.
"""

from collections.abc import Mapping

from listener.ports import FailureState

PASSING = {
    "external_channel_migrating",
    "fatal_error",
    "internal_error",
    "message_limit_exceeded",
    "org_login_required",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
    "streaming_state_conflict",
    "team_added_to_org",
    "update_failed",
}
"""It may work later."""

MESSAGE_LOST = {
    "block_mismatch",
    "cannot_reply_to_message",
    "cant_broadcast_message",
    "cant_update_message",
    "channel_not_found",
    "edit_window_closed",
    "is_archived",
    "is_inactive",
    "message_not_found",
    "not_in_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "thread_not_found",
}
"""The earlier message can't be changed or answered any more: a new one tells the same.

The codes about its channel are here because the config may name another channel by now.
"""

NOT_THERE = {"message_not_found", "thread_not_found"}
"""There is no such message any more that could be deleted."""

_REINSTALL = "make a new bot token in the app's settings (OAuth & Permissions) and set token"
_CHANNEL = "check channel; a private channel needs its id (C…) and the app as a member"
_ADMIN = "ask an administrator of the workspace to allow the app to post there"
_OURS = "this is a fault of the listener: report it with this line"

_MENDS: Mapping[str, str] = {
    "access_denied": _ADMIN,
    "accesslimited": _ADMIN,
    "account_inactive": _REINSTALL,
    "cant_delete_message": "delete the message in Slack by hand",
    "channel_not_found": _CHANNEL,
    "compliance_exports_prevent_deletion": "delete the message in Slack by hand",
    "ekm_access_denied": _ADMIN,
    "invalid_arguments": _OURS,
    "invalid_auth": _REINSTALL,
    "invalid_blocks": _OURS,
    "invalid_blocks_format": _OURS,
    "invalid_metadata_format": _OURS,
    "invalid_metadata_schema": _OURS,
    "is_archived": "unarchive the channel, or set another channel",
    "is_inactive": "unarchive the channel, or set another channel",
    "metadata_must_be_sent_from_app": "use the bot token (xoxb-…) of a Slack app",
    "missing_scope": "give the app the scope chat:write and install it again",
    "msg_blocks_too_long": "set a smaller mentions_max",
    "msg_too_long": "set a smaller mentions_max",
    "no_permission": "invite the app to the channel (/invite), and give it the scope chat:write",
    "not_allowed_token_type": "use a bot token (xoxb-…)",
    "not_authed": _REINSTALL,
    "not_in_channel": "invite the app to the channel (/invite), or give it chat:write.public",
    "restricted_action": _ADMIN,
    "restricted_action_read_only_channel": _ADMIN,
    "restricted_action_thread_only_channel": "set a channel that takes messages outside threads",
    "team_access_not_granted": _ADMIN,
    "token_expired": _REINSTALL,
    "token_revoked": _REINSTALL,
}

_STATES: Mapping[str, FailureState] = {
    **dict.fromkeys(
        (
            "account_inactive",
            "invalid_auth",
            "not_allowed_token_type",
            "not_authed",
            "token_expired",
            "token_revoked",
        ),
        "login",
    ),
    **dict.fromkeys(
        (
            "access_denied",
            "accesslimited",
            "channel_not_found",
            "ekm_access_denied",
            "is_archived",
            "is_inactive",
            "missing_scope",
            "no_permission",
            "not_in_channel",
            "restricted_action",
            "restricted_action_read_only_channel",
            "restricted_action_thread_only_channel",
            "team_access_not_granted",
        ),
        "blocked",
    ),
}
"""The refusals that say nothing of the alert: nothing at all gets through until it is mended."""

HOOK_STATES: Mapping[int, FailureState] = {401: "login", 403: "login", 404: "login", 410: "blocked"}
"""The same for an incoming webhook, by status: withdrawn, or its channel archived."""


def state(code: str) -> FailureState:
    """What kind of failure a refusal is."""
    return _STATES.get(code, "setup")


def mend(code: str) -> str:
    """What a person can do about a refusal."""
    return _MENDS.get(code, "look the code up at docs.slack.dev/reference/methods/chat.postMessage")
