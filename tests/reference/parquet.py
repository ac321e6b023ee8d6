# /// script
# requires-python = ">=3.11"
# dependencies = ["pyarrow==26.0.1"]
# ///
"""Writes reviews.snappy.parquet and reviews.zstd.parquet: the same few texts as other programs write them.

Run it with `uv run parquet.py`, or with any Python that has the pyarrow named above. One file is as pyarrow and Spark
write by default (snappy, a dictionary, pages of version 1), in two row groups; the other as Polars does (zstd, large
strings), with pages of version 2. tests/corpus_parquet.rs reads them.
"""

from pathlib import Path

import pyarrow
from pyarrow.parquet import write_table

TEXTS = ["good film", None, "", "It isn't bad, my señor.", "👍🏽 Very good", "bad\nfilm", "good film", "zyx"]
HERE = Path(__file__).parent


def table(string):
    rows = len(TEXTS)
    return pyarrow.table(
        {
            "id": pyarrow.array(range(rows), pyarrow.int64()),
            "title": pyarrow.array([f"Title {at}" for at in range(rows)], string),
            "Review": pyarrow.array(TEXTS, string),
            "tags": pyarrow.array([["a", "b"]] * rows, pyarrow.list_(string)),
            "raw": pyarrow.array([b"good"] * rows, pyarrow.binary()),
        }
    )


write_table(table(pyarrow.string()), HERE / "reviews.snappy.parquet", compression="snappy", row_group_size=5)
write_table(
    table(pyarrow.large_string()),
    HERE / "reviews.zstd.parquet",
    compression="zstd",
    use_dictionary=False,
    data_page_version="2.0",
)
