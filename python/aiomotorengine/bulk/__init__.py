"""Many documents in: prepared in slices, sent in batches, with an account of each."""

from aiomotorengine.bulk.batching import stream_limits
from aiomotorengine.bulk.inserting import Options, insert_list, insert_stream
from aiomotorengine.bulk.number_ranges import NumberRanges
from aiomotorengine.bulk.rejected import RejectedDocument, RejectedDocuments
from aiomotorengine.bulk.rejects import Destination
from aiomotorengine.bulk.report import BulkReport

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
