"""S19 URLField and EmailField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    class Doc(Document):
        site = URLField()
        mail = EmailField()

    await Doc().save()
    for site in "http://example.com/", "https://localhost:8080/x?y=1", "http://10.0.0.1":
        await Doc(site=site, mail="first.last+tag@example.co.uk").save()
    for bad in dict(site="ftp://example.com"), dict(site="example"), dict(mail="example"), \
            dict(mail="a@localhost"), dict(site=5), dict(mail=5), dict(site="http://a.com/ b"):
        with raises(InvalidDocumentError, "must be valid"):
            Doc(**bad).validate()

run(scenario)
