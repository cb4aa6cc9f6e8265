"""What programs with pydantic need besides documents. It takes the extra ``pydantic``.

Example:
    >>> from pydantic import BaseModel
    >>> from aiomotorengine.pydantic import PydanticObjectId
    >>> class Reply(BaseModel):
    ...     to: PydanticObjectId
    >>> Reply(to="65df1f000000000000000001").model_dump_json()
    '{"to":"65df1f000000000000000001"}'
"""

from __future__ import annotations

from typing import Annotated

from bson.objectid import ObjectId

from aiomotorengine.interop.pydantic_types import ObjectIdType
from aiomotorengine.pydantic.document_classes import document_class

__all__ = ["PydanticObjectId", "document_class"]

PydanticObjectId = Annotated[ObjectId, ObjectIdType()]
"""An ``ObjectId`` in models of pydantic and parameters of FastAPI, which takes 24 hexadecimal
digits as well, and is text in JSON."""
