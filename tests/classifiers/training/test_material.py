"""What the models are fitted to and tuned on: never the posts that they are tested on."""

from classifiers.training.material import material, tells
from classifiers.training.posts import MOOD, posts

ALL = material(None)


def test_no_test_post_is_among_it() -> None:
    held = {one.mention.post.native_id for one in posts(("test",))}
    assert {one.split for one in ALL} == {"train", "tune"}
    assert not held & {one.mention.post.native_id for one in ALL}


def test_the_mood_is_tuned_on_texts_of_no_brand_and_the_rest_on_all() -> None:
    assert {bool(one.mention.brand) for one in ALL if tells(one, MOOD)} == {False}
    assert all(tells(one, "sentiment") for one in ALL)
