"""S11 Several databases."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Member(Document):
        name = StringField()

    class Post(Document):
        __alias__ = "posts"
        title = StringField()

    members = connect("scenarios_members", alias="members", host="localhost", port=PORT)
    posts = connect("scenarios_posts", alias="posts", host="localhost", port=PORT)
    for db in members, posts:
        await db.connection.drop_database(db.name)
    await Member(name="Ada").save(alias="members")
    await Post(title="hello").save()
    assert await Member.objects.count() == 0
    assert [m.name for m in await Member.objects.find_all(alias="members")] == ["Ada"]
    assert await posts["Post"].count_documents({}) == 1
    disconnect("members"), disconnect("posts")

run(scenario)
