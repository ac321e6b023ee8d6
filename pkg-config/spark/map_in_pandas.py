"""The texts of a Parquet file through `safr explain`, by Spark's `mapInPandas`: a row per text, with its `id`.

spark-submit map_in_pandas.py SAFR MODEL CORPUS OUT [PARTS]
"""

import sys

from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from explain import explain


def main(safr, model, corpus, out, parts="16"):
    spark = SparkSession.builder.getOrCreate()
    # The columns are those of any records of this model.
    columns = spark.createDataFrame(explain(safr, model, ["good"])).schema
    schema = StructType().add("id", "long")
    for column in columns:
        schema.add(column)

    def explained(batches):
        for batch in batches:
            records = explain(safr, model, batch["text"]).to_pandas()
            records.insert(0, "id", batch["id"])
            yield records

    texts = spark.read.parquet(corpus).select("id", "text").repartition(int(parts))
    texts.mapInPandas(explained, schema).write.parquet(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
