"""S12 Create, change, find, delete an article."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Article(Document):
        published = DateTimeField(auto_now_on_insert=True)
        body = StringField(required=True)
        title = StringField(required=True)

    started = datetime.now() - timedelta(milliseconds=1)
    article = await Article.objects.create(title="One", body="text")
    article.title = "Two %s" % uuid4()
    await article.save()
    found = await Article.objects.filter(title=article.title).find_all()
    assert len(found) == 1 and found[0].published >= started
    assert await found[0].delete() == 1
    assert await Article.objects.count() == 0

run(scenario)
