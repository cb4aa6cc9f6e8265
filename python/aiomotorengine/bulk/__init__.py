"""Many documents in: prepared in slices, sent in batches, with an account of each."""

from aiomotorengine.bulk.inserting import Options, Target, insert_list, insert_stream
from aiomotorengine.bulk.report import BulkReport, NumberRanges, RejectedDocument
from aiomotorengine.bulk.stock import DOCUMENTS_PER_BATCH, MOST_DOCUMENTS_PER_BATCH

__all__ = [
    "DOCUMENTS_PER_BATCH",
    "MOST_DOCUMENTS_PER_BATCH",
    "BulkReport",
    "NumberRanges",
    "Options",
    "RejectedDocument",
    "Target",
    "insert_list",
    "insert_stream",
]
