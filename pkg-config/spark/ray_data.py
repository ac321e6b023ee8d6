"""The texts of a Parquet file through `safr explain`, by Ray Data's `map_batches`: a row per text, with its `id`.

python ray_data.py SAFR MODEL CORPUS OUT [PROCESSES]
"""

import sys

import ray

from explain import explain


class Explain:
    """A worker, which starts `safr` for each batch."""

    def __init__(self, safr, model):
        self.safr, self.model = safr, model

    def __call__(self, batch):
        records = explain(self.safr, self.model, batch["text"].combine_chunks())
        return records.add_column(0, "id", batch["id"])


def main(safr, model, corpus, out, processes="2"):
    # A batch whose `safr` failed is computed again.
    ray.data.DataContext.get_current().actor_task_retry_on_errors = True
    # Half a core of each process is left to Ray's own tasks, which read and write: on few cores they would wait for ever.
    texts = ray.data.read_parquet(corpus, columns=["id", "text"])
    explained = texts.map_batches(
        Explain,
        fn_constructor_args=(safr, model),
        batch_format="pyarrow",
        batch_size=4096,
        concurrency=int(processes),
        num_cpus=0.5,
    )
    explained.write_parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
