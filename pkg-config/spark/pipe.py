"""The lines of a text file through `safr explain`, by Spark's `rdd.pipe`: a record per line, in order.

spark-submit pipe.py SAFR MODEL CORPUS OUT [PARTS]
"""

import re
import shlex
import sys

from pyspark.sql import SparkSession


def numbered(line_and_record):
    """A record with the number of its line in the whole corpus; `safr` counted those of one part."""
    (_, number), record = line_and_record
    return re.sub(r'^\{"line":\d+', '{"line":%d' % (number + 1), record)


def main(safr, model, corpus, out, parts="16"):
    context = SparkSession.builder.getOrCreate().sparkContext
    explain = shlex.join([safr, "explain", "--quiet", "--model", model, "--corpus", "-"])
    # 3: all lines were explained but some whose records say why. Anything else has the part computed again.
    command = shlex.join(["/bin/sh", "-c", f"{explain}; code=$?; [ $code -eq 3 ] || exit $code"])
    lines = context.textFile(corpus, int(parts))
    records = lines.pipe(command, {"RAYON_NUM_THREADS": "1"}, checkCode=True)
    lines.zipWithIndex().zip(records).map(numbered).saveAsTextFile(out)


if __name__ == "__main__":
    main(*sys.argv[1:])
