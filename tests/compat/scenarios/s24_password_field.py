"""S24 PasswordField."""

from tests.compat.scenarios.prelude import *


async def scenario():
    from aiomotorengine.fields.password_field import PasswordType, md5, sha256

    class Account(Document):
        name = StringField()
        password = PasswordField()
        old = PasswordField(crypt_func=md5)

    account = Account(name="a", password="secret", old="x")
    assert account.password == "secret" and account.password != "other"
    assert str(account.password) == sha256("secret") and str(account.old) == md5("x")
    assert account.password == PasswordType(sha256("secret"), is_crypted=True)
    await account.save()
    assert (await Account.objects.get(password="secret"))._id == account._id
    assert (await Account.objects.coll().find_one({}))["password"] == sha256("secret")
    await Account.objects.filter(name="a").update({Account.password: "new"})
    assert await Account.objects.get(password="secret") is None
    assert (await Account.objects.get(password="new")).password == "new"
    unset = await Account(name="b").save()
    assert (await Account.objects.get(unset._id)).password is None

run(scenario)
