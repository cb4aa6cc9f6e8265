"""S26 Embedded documents."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Comment(Document):
        text = StringField(required=True, db_field="t")

    class Post(Document):
        title = StringField()
        top = EmbeddedDocumentField(Comment)
        comments = ListField(EmbeddedDocumentField(embedded_document_type=Comment))

    post = await Post(title="p", comments=[Comment(text="a"), Comment(text="b")]).save()
    await Post(title="q", top=Comment(text="c")).save()
    raw = await Post.objects.coll().find_one({"_id": post._id})
    assert raw["comments"] == [{"t": "a"}, {"t": "b"}] and raw["top"] is None
    loaded = await Post.objects.get(comments__text="b")
    assert [c.text for c in loaded.comments] == ["a", "b"]
    assert (await Post.objects.get(top__text="c")).title == "q"
    assert await Post.objects.filter(top__is_null=True).count() == 1
    with raises(InvalidDocumentError, "Field 'text' is required."):
        await Post(top=Comment()).save()

run(scenario)
