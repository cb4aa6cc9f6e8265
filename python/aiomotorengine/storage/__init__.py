"""Where a document keeps its values, and the descriptors that read them.

In Python's storage, field values live in the instance's ordinary ``__dict__`` under the attribute
name, exactly as they were assigned or loaded. A plain field's descriptor is therefore no data
descriptor: Python finds the value in the instance first and never calls it. A field whose
``get_value`` does something, a reference, or a date that stamps itself gets a data descriptor,
which asks the field.

In native storage (``rust/son_codec/src/storage``) they lie in the instance itself, and every
descriptor is a data descriptor. They move to the ``__dict__``, for good, when somebody asks for it
or sets an attribute that has no descriptor.

What belongs to the document but is no value (its id, where its dynamic values came from) has slots,
so that ``_values`` is the values and nothing else.

Attributes:
    implementation: ``"native"`` or ``"python"``, the storage in use (``choice.py``).
    reason: why, in a sentence.
"""

from aiomotorengine.storage.choice import implementation, reason
from aiomotorengine.storage.identity import identity_query

__all__ = ["identity_query", "implementation", "reason"]
