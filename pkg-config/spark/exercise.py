"""Runs the programs of this folder on many texts, kills one `safr` of each in mid-run, and checks that nothing shows.

python exercise.py SAFR MODEL TREES COUNT WORDS FOLDER

The COUNT texts are phrases of at most WORDS words. Everything that is written goes into FOLDER; the table for
docs/at-scale.md is FOLDER/table.md. It ends with an error if a record is lost, doubled or different, or if nothing was
computed again.
"""

import glob
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy
import pyarrow
import pyarrow.compute
import pyarrow.parquet

import draw

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.dirname(sys.executable)
MASTER = "local-cluster[2,1,1024]"
TOLERANCE = 1e-4  # Of single precision: which texts share a batch decides in which order is summed.
RAY_BATCH = 4096  # Rows of a batch in ray_data.py.
CPU_SECONDS = 0.5  # After which a process is in mid-run.


def main(safr, model, trees, count, words, folder):
    safr, model, folder = (os.path.abspath(path) for path in (safr, model, folder))
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)

    def at(name):
        return os.path.join(folder, name)

    draw.main(trees, count, folder, words)
    heads = ["", "seconds", "texts/s", "`safr` started", "killed", "tasks that failed, then succeeded", "largest difference"]
    table = [heads]

    def row(name, seconds, *facts):
        table.append([name, f"{seconds:.0f}", f"{int(count) / seconds:,.0f}", *map(str, facts)])
        print(*table[-1], sep=" | ", flush=True)

    for corpus, records in [("texts.txt", "one.jsonl"), ("texts.parquet", "one.parquet")]:
        begin = time.monotonic()
        explain = [safr, "explain", "--quiet", "--model", model, "--corpus", at(corpus), "--out", at(records)]
        ended = subprocess.run(explain, stderr=subprocess.DEVNULL)
        assert ended.returncode == 3, f"safr ended with {ended.returncode}, though only empty texts have no explanation"
        row(f"one process, `{records}`", time.monotonic() - begin, "1", "–", "–", "–")

    def rows_are_equal(out):
        return difference_of_rows(at("one.parquet"), out, int(count))

    def lines_are_equal(out):
        return difference_of_lines(at("one.jsonl"), sorted(glob.glob(f"{out}/part-*")), int(count))

    for program, corpus, compare in [
        ("pipe", "texts.txt", lines_are_equal),
        ("map_in_pandas", "texts.parquet", rows_are_equal),
    ]:
        events = at(f"{program}.events")
        os.makedirs(events)
        submit = [f"{BIN}/spark-submit", "--master", MASTER, "--py-files", f"{HERE}/explain.py"]
        for setting in [
            "spark.eventLog.enabled=true",
            f"spark.eventLog.dir=file://{events}",
            "spark.eventLog.rolling.enabled=false",
            "spark.eventLog.compress=false",
            "spark.ui.enabled=false",
        ]:
            submit += ["--conf", setting]
        seconds, started = run_and_kill(submit, program, safr, model, at(corpus), at(program))
        failed = failed_tasks(events)
        assert failed, f"{program}: Spark noticed no failed task"
        row(f"Spark, `{program}.py`", seconds, started, "1", f"{len(failed)}", compare(at(program)))

    if importable("ray"):
        seconds, started = run_and_kill([sys.executable], "ray_data", safr, model, at("texts.parquet"), at("ray_data"))
        batches = -(-int(count) // RAY_BATCH)
        assert started > batches, f"Ray started {started} safr for {batches} batches"
        row("Ray Data, `ray_data.py`", seconds, started, "1", "–", rows_are_equal(at("ray_data")))

    head, *rows = table
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    with open(at("table.md"), "w", encoding="utf-8") as file:
        file.writelines("| " + " | ".join(cells) + " |\n" for cells in lines)


def importable(module):
    return subprocess.run([sys.executable, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0


def run_and_kill(command, program, safr, model, corpus, out):
    """Runs a program of this folder and kills the first `safr` at work; its seconds, and how many `safr` were seen."""
    environment = {
        **os.environ,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "SPARK_WORKER_DIR": out + ".work",
        "PYSPARK_PYTHON": sys.executable,
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    begin, killed, seen = time.monotonic(), False, set()
    with open(out + ".log", "w") as log:
        command = [*command, f"{HERE}/{program}.py", safr, model, corpus, out]
        # Its own folder, since Spark leaves files where it runs.
        child = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=os.path.dirname(out))
        while child.poll() is None:
            time.sleep(0.1)
            running = [pid for pid in descendants(child.pid) if runs(pid, safr)]
            seen.update(running)
            working = [pid for pid in running if cpu_seconds(pid) > CPU_SECONDS]
            if working and not killed:
                os.kill(working[0], signal.SIGKILL)
                killed = True
    assert child.returncode == 0, f"{program} ended with {child.returncode}: see {out}.log"
    assert killed, f"{program}: no safr was seen at work"
    return time.monotonic() - begin, len(seen)


def descendants(ancestor):
    """The processes that a process started, and those that these started."""
    children = {}
    for stat in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(stat) as file:
                _, behind = file.read().rsplit(")", 1)
            children.setdefault(int(behind.split()[1]), []).append(int(stat.split("/")[2]))
        except OSError:
            pass  # It has ended.
    found = [ancestor]
    for one in found:
        found += children.get(one, [])
    return found[1:]


def runs(pid, program):
    try:
        return os.path.samefile(f"/proc/{pid}/exe", program)
    except OSError:
        return False


def cpu_seconds(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return 0.0


def failed_tasks(events):
    """Tasks that failed, each of which succeeded later, by Spark's own log."""
    failed, succeeded = set(), {}
    for log in glob.glob(f"{events}/*"):
        with open(log) as file:
            for event in map(json.loads, file):
                if event["Event"] == "SparkListenerTaskEnd":
                    info, stage = event["Task Info"], event["Stage ID"]
                    if event["Task End Reason"]["Reason"] == "Success":
                        succeeded[stage, info["Index"]] = info["Attempt"]
                    else:
                        failed.add((stage, info["Index"], info["Attempt"]))
    for stage, index, attempt in failed:
        assert succeeded.get((stage, index), -1) > attempt, f"part {index} was not computed again"
    return failed


def difference_of_lines(expected, parts, count):
    """The largest difference between the records of a file and those of several together."""
    largest, lines = 0.0, 0
    with open(expected, encoding="utf-8") as one:
        for wanted, found in itertools.zip_longest(one, all_lines(parts)):
            assert wanted is not None and found is not None, f"{lines} lines are in both, then one has more"
            largest = max(largest, difference(json.loads(wanted), json.loads(found)))
            lines += 1
    assert lines == count, f"{lines} records of {count} lines"
    return f"{largest:.0e}"


def all_lines(files):
    for name in files:
        with open(name, encoding="utf-8") as file:
            yield from file


def difference(wanted, found):
    """The largest difference of two numbers in the same place; everything else is the same."""
    if isinstance(wanted, float) and isinstance(found, float | int):
        assert abs(wanted - found) < TOLERANCE, f"{wanted} and {found}"
        return abs(wanted - found)
    if isinstance(wanted, dict):
        assert wanted.keys() == found.keys(), f"{wanted} and {found}"
        wanted, found = list(wanted.values()), list(found.values())
    if isinstance(wanted, list):
        assert len(wanted) == len(found), f"{wanted} and {found}"
        return max(map(difference, wanted, found), default=0.0)
    if isinstance(found, float):
        return difference(float(wanted), found)
    assert wanted == found, f"{wanted} and {found}"
    return 0.0


def difference_of_rows(expected, out, count):
    """The largest difference between the rows of a file and those of a folder."""
    wanted = pyarrow.parquet.read_table(expected).combine_chunks()
    found = pyarrow.parquet.read_table(out).sort_by("id").combine_chunks()
    assert found["id"].to_pylist() == list(range(1, count + 1)), "ids are lost or doubled"
    largest = 0.0
    for name in wanted.column_names[1:]:
        one, other = (table[name] for table in (wanted, found))
        if pyarrow.types.is_list(one.type):
            lengths = [pyarrow.compute.list_value_length(column) for column in (one, other)]
            assert lengths[0].to_pylist() == lengths[1].to_pylist(), name
            one, other = map(pyarrow.compute.list_flatten, (one, other))
        if pyarrow.types.is_floating(one.type):
            assert one.is_null().equals(other.is_null()), name
            apart = numpy.abs(one.drop_null().to_numpy() - other.drop_null().to_numpy()).max(initial=0.0)
            assert apart < TOLERANCE, f"{name}: {apart}"
            largest = max(largest, float(apart))
        else:
            assert one.equals(other.cast(one.type)), name
    return f"{largest:.0e}"


if __name__ == "__main__":
    main(*sys.argv[1:])
