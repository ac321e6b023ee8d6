"""Texts through one run of `safr explain`, whatever is in them."""

import os
import subprocess
import tempfile

import pyarrow
import pyarrow.parquet


def explain(safr, model, texts):
    """A table with a record of each text, in their order, computed on one core.

    Raises an error if `safr` ends before all are written.
    """
    with tempfile.TemporaryDirectory() as folder:
        corpus, records = f"{folder}/texts.parquet", f"{folder}/records.parquet"
        texts = pyarrow.array(texts, pyarrow.string())
        pyarrow.parquet.write_table(pyarrow.table({"text": texts}), corpus)
        command = [safr, "explain", "--quiet", "--model", model]
        command += ["--corpus", corpus, "--text-column", "text", "--out", records]
        environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
        ended = subprocess.run(command, env=environment, stderr=subprocess.PIPE)
        # 3: all texts were explained but some whose records say why.
        if ended.returncode not in (0, 3):
            raise RuntimeError(f"safr ended with {ended.returncode}: {ended.stderr.decode()}")
        return pyarrow.parquet.read_table(records).drop_columns("line")
