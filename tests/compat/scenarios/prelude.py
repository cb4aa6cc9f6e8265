"""What all scenarios have in common."""

import asyncio
import os
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pymongo
from bson.objectid import ObjectId

import aiomotorengine
from aiomotorengine import *
from aiomotorengine.connection import ConnectionError, cleanup, get_connection
from aiomotorengine.errors import (
    InvalidDocumentError, LoadReferencesRequiredError, UniqueKeyViolationError)

PORT = int(os.environ.get("MONGO_PORT", "27017"))
REPLICA_SET = os.environ.get("MONGO_REPLICA_SET", "rs0")


def run(scenario):
    async def main():
        db = connect("scenarios", host="localhost", port=PORT)
        await db.connection.drop_database("scenarios")
        try:
            await scenario()
        finally:
            disconnect()

    asyncio.run(main())


@contextmanager
def raises(kind, text=""):
    try:
        yield
    except kind as error:
        assert text in str(error), str(error)
    else:
        raise AssertionError("nothing was raised")
