"""Rounds in which programs take turns, so that what slows the machine for a while slows all of them."""

import statistics
import time

ROUNDS = 7


def timed(work):
    """Does `work` for each turn, and returns its milliseconds."""

    def one(turn):
        start = time.perf_counter()
        work(turn)
        return (time.perf_counter() - start) * 1e3

    return one


def measure(tasks):
    """Of each task the programs' times, one for each round: the median of its repetitions.

    `tasks` names for each task how often it is repeated in a round, and its programs: functions of a turn that return
    milliseconds. The first program is ours.
    """
    measured = []
    for task, (repetitions, programs) in tasks.items():
        times = {name: [] for name in programs}
        for round in range(-1, ROUNDS):  # The first round warms up.
            for name, program in programs.items():
                median = statistics.median(program(turn) for turn in range(repetitions))
                if round >= 0:
                    times[name].append(median)
        print(task, {name: round_to(statistics.median(of_rounds)) for name, of_rounds in times.items()}, flush=True)
        measured.append({"task": task, "times": list(times.items())})
    return measured


def round_to(milliseconds):
    return float(f"{milliseconds:.3g}")
