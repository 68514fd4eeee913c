"""Run the check; exits with 1 where a law is broken."""

import gc
import sys
from random import Random
from time import process_time

from generator_check.laws import faults
from generator_check.library import shipped_catalogue
from generator_check.requests import random_request
from kinegraph.generator.rules_assembly import generated


def main(number: int = 1_000, seed: int = 1) -> int:
    """Check this number of random requests; return the number of broken laws."""
    random, catalogue = Random(seed), shipped_catalogue()
    broken, times = 0, []
    gc.freeze()  # as a server does when it has started (`kinegraph.main.tune_the_interpreter`)
    for _ in range(number):
        request = random_request(random, catalogue)
        begun = process_time()
        workout = generated(request, catalogue)
        times.append(1_000 * (process_time() - begun))
        for fault in faults(workout, catalogue):
            broken += 1
            print(f"{fault}\n    {request}")
    times.sort()
    print(f"{number} requests over {len(catalogue.candidates)} exercises: {broken} faults")
    print(f"milliseconds: median {times[number // 2]:.1f}, 99 % {times[number * 99 // 100]:.1f}, most {times[-1]:.1f}")
    return broken


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])) > 0)
