"""Texts to explain, drawn from the Stanford Sentiment Treebank with a fixed seed.

python draw.py TREES COUNT FOLDER [WORDS]

writes COUNT sentences to FOLDER/texts.txt, a line each, and to FOLDER/texts.parquet, with their `id` from 1; with WORDS,
phrases of at most so many words, which take less time. One in 1,000 is empty, and so has no explanation.
"""

import random
import re
import sys

import pyarrow
import pyarrow.parquet


def phrases(tree):
    """The phrases of a tree, the whole sentence last."""
    begun, words = [], []
    for part in re.findall(r"\(|\)|[^\s()]+", tree):
        if part == "(":
            begun.append(None)
        elif part == ")":
            yield words[begun.pop() :]
        elif begun[-1] is None:
            begun[-1] = len(words)  # The part is the phrase's label.
        else:
            words.append(part)


def main(trees, count, folder, most=None):
    with open(f"{trees}/train.txt", encoding="utf-8") as file:
        nodes = [list(phrases(tree)) for tree in file]
    if most is None:
        chosen = [sentence for *_, sentence in nodes]
    else:
        chosen = [phrase for tree in nodes for phrase in tree if len(phrase) <= int(most)]
    sentences = [" ".join(phrase) for phrase in chosen]
    draw = random.Random(0)
    columns = pyarrow.schema({"id": pyarrow.int64(), "text": pyarrow.string()})
    with (
        open(f"{folder}/texts.txt", "w", encoding="utf-8") as lines,
        pyarrow.parquet.ParquetWriter(f"{folder}/texts.parquet", columns) as rows,
    ):
        for begin in range(0, int(count), 10_000):
            ids = range(begin + 1, min(begin + 10_000, int(count)) + 1)
            texts = ["" if id % 1000 == 0 else draw.choice(sentences) for id in ids]
            lines.writelines(text + "\n" for text in texts)
            rows.write_table(pyarrow.table([list(ids), texts], schema=columns))


if __name__ == "__main__":
    main(*sys.argv[1:])
