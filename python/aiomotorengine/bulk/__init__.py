"""Many documents in: prepared in slices, sent in batches, with an account of each."""

from typing import TYPE_CHECKING

from aiomotorengine import on_demand

if TYPE_CHECKING:
    from aiomotorengine.bulk.batching import stream_limits
    from aiomotorengine.bulk.inserting import Options, insert_list, insert_stream
    from aiomotorengine.bulk.number_ranges import NumberRanges
    from aiomotorengine.bulk.rejected import RejectedDocument, RejectedDocuments
    from aiomotorengine.bulk.rejects import Destination
    from aiomotorengine.bulk.report import BulkReport
else:
    __getattr__ = on_demand.attributes(
        __name__,
        {
            "BulkReport": "aiomotorengine.bulk.report",
            "Destination": "aiomotorengine.bulk.rejects",
            "NumberRanges": "aiomotorengine.bulk.number_ranges",
            "Options": "aiomotorengine.bulk.inserting",
            "RejectedDocument": "aiomotorengine.bulk.rejected",
            "RejectedDocuments": "aiomotorengine.bulk.rejected",
            "insert_list": "aiomotorengine.bulk.inserting",
            "insert_stream": "aiomotorengine.bulk.inserting",
            "stream_limits": "aiomotorengine.bulk.batching",
        },
        for_calls=True,
    )

__all__ = [
    "BulkReport",
    "Destination",
    "NumberRanges",
    "Options",
    "RejectedDocument",
    "RejectedDocuments",
    "insert_list",
    "insert_stream",
    "stream_limits",
]
