"""How far a mention carries, as one number. Pure."""

from listener.model import Mention


def reach(mention: Mention) -> int:
    """The author's followers, or as many as the post's views and reactions speak for."""
    engagement = mention.post.engagement
    spread = engagement.views + 20 * (engagement.likes + engagement.shares + engagement.replies)
    return max(mention.post.author.followers or 0, spread)
