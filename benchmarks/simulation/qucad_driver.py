"""Runs inside QuCAD's folder ``scripts`` with its own Python: simulates T1 once and prints patients and CPU seconds as JSON."""

import json
import math
import platform
import sys
import time
import types

import numpy
import pandas

FLAGS = "--traffic 0.8 --TPFThresh 0.9 --FPFThresh 0.1 --prevalence 0.1 --nRadiologists 2 --fractionED 0.1"
MINUTES = "--meanServiceTimeDiseasedMin 10 --meanServiceTimeNonDiseasedMin 10"  # 5 for interrupting studies is its default

# numpy 2 has no numpy.math, Python 3.10 no factorial of a float, pandas 3 refuses an axis beside columns.
numpy.math = types.SimpleNamespace(factorial=lambda number: math.factorial(int(number)))  # type: ignore[attr-defined]
_drop = pandas.DataFrame.drop


def _drop_columns(frame, *names, axis=0, columns=None, **more):  # type: ignore[no-untyped-def]
    return _drop(frame, *names, axis=axis, **more) if columns is None else _drop(frame, columns=columns, **more)


pandas.DataFrame.drop = _drop_columns
sys.path[:0] = ["tools", "."]


def main() -> None:
    """One trial of both scenarios."""
    from tools import AI, inputHandler, simulator

    patients = int(sys.argv[1])
    sys.argv = ["run_sim.py", *FLAGS.split(), *MINUTES.split(), "--nPatientsTarget", str(patients)]
    parameters = inputHandler.read_args()
    ai = AI.AI.build_from_opThresh("ai", parameters["TPFThresh"], 1 - parameters["FPFThresh"])
    parameters = inputHandler.add_params(ai, parameters)
    trial = simulator.simulator()
    trial.set_params(parameters)
    trial.track_log = False
    began = time.process_time()
    trial.simulate_queue(ai)
    seconds = time.process_time() - began
    versions = f"Python {platform.python_version()}, numpy {numpy.__version__}, pandas {pandas.__version__}"
    print(json.dumps({"patients": len(trial.all_records["fifo"]), "seconds": seconds, "versions": versions}))


if __name__ == "__main__":
    main()
