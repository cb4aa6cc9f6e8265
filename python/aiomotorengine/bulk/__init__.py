"""Many documents in: prepared in slices, sent in batches, with an account of each."""

from aiomotorengine.bulk.inserting import Options, insert_list, insert_stream
from aiomotorengine.bulk.number_ranges import NumberRanges
from aiomotorengine.bulk.rejected import RejectedDocument, RejectedDocuments
from aiomotorengine.bulk.report import BulkReport
from aiomotorengine.bulk.stock import limits_of_a_stream

__all__ = [
    "BulkReport",
    "NumberRanges",
    "Options",
    "RejectedDocument",
    "RejectedDocuments",
    "insert_list",
    "insert_stream",
    "limits_of_a_stream",
]
