"""The command line of main.py: arguments in, words and exit status out (contract §1).

Not for: the work itself (batch.py). Heavy modules are imported only once the arguments make sense.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from core import __version__
from core.blas_threads import use_one_blas_thread
from core.jobs import Cancelled, JobContext
from core.problems import Problem, Severity, UserError

if TYPE_CHECKING:
    from core.compute import Compute

DONE, OUR_FAULT, NOT_USABLE, CANCELLED = 0, 1, 2, 130


def run_command_line(arguments: Sequence[str], home: Path | None = None) -> int:
    """Carry out one command and return the exit status: 0 done, 2 not usable, 130 cancelled, 1 a fault of ours.

    ``home`` is the folder of the program's own files, where finished parts of a long run are kept until it is done.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    use_one_blas_thread()
    if not arguments or arguments[0] not in ("run", "check", "-h", "--help", "--version"):
        print("Without a window RTKscope runs or checks a study: python main.py run STUDY.toml --out FOLDER",
              file=sys.stderr)
        return NOT_USABLE
    try:
        chosen = _parser().parse_args(list(arguments), argparse.Namespace(home=home))
    except SystemExit as stop:
        return int(stop.code or 0)
    previous = signal.signal(signal.SIGTERM, _stop)
    try:
        return int(chosen.work(chosen))
    except UserError as error:
        _print_problems(error.problems)
        return NOT_USABLE
    except (KeyboardInterrupt, Cancelled):
        print("Stopped. Nothing was written.", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception:  # noqa: BLE001 - the last line of defence: every other error is a fault of ours and is said so
        traceback.print_exc()
        print("This is a fault of RTKscope, not of your data, and nothing was written. The lines above hold no "
              "patient data; please send them to us.", file=sys.stderr)
        return OUR_FAULT
    finally:
        signal.signal(signal.SIGTERM, previous)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py", description="RTKscope: which receptor tyrosine kinases go with outcome and resistance. "
        "Research use only. Without a command the window opens; main.py [FILE] opens a project (.rtkproj) or study "
        "(.toml) in it, main.py --demo the example study, and main.py --self-test checks the installation.")
    parser.add_argument("--version", action="version", version=f"RTKscope {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND")
    run = commands.add_parser("run", help="run a study without a window", description="Run a study and write its "
                              "results into a folder, which is replaced whole.")
    run.add_argument("study", type=Path, metavar="FILE", help="a study (.toml) or a project (.rtkproj)")
    run.add_argument("--out", type=Path, required=True, metavar="DIR", help="absent, empty, or an earlier result")
    run.add_argument("--only", nargs="+", action="extend", default=[], metavar="NAME", help="run only these analyses")
    run.add_argument("--report", action="store_true", help=argparse.SUPPRESS)
    run.add_argument("--dask", metavar="ADDRESS", help="compute on a dask cluster: the address of its scheduler, such "
                     "as tcp://host:8786. The values of the receptors and the outcomes are sent there.")
    run.set_defaults(work=_run)
    check = commands.add_parser("check", help="import only and list the problems")
    check.add_argument("study", type=Path, metavar="FILE", help="a study (.toml) or a project (.rtkproj)")
    check.set_defaults(work=_check)
    return parser


def _run(chosen: argparse.Namespace) -> int:
    if chosen.report:
        print("--report is not part of this version of RTKscope; leave it out", file=sys.stderr)
        return NOT_USABLE
    from core.batch import run_study

    compute = _compute(chosen.dask, chosen.home)
    run = run_study(chosen.study, chosen.out, JobContext(_steps()), chosen.only, compute)
    _print_problems(run.problems)
    if not run.results:
        return NOT_USABLE
    for result in run.results:
        print(f"\n{result.name}")
        for finding in result.findings:
            print(f"  {finding}")
    print(f"\nResults: {Path(os.path.abspath(chosen.out))}")
    return NOT_USABLE if run.failed else DONE


def _compute(address: str | None, home: Path | None) -> Compute:
    """The executor asked for; a cluster is tried first, so that nobody waits for what cannot work. Raises UserError."""
    from core.compute import AUTOMATIC, BLOCKS_FOLDER, BlockStore, Compute, executor_named

    if address is not None:
        from core.compute.dask_cluster import DaskCluster

        print(f"Computing on {address}: {DaskCluster(address).check().in_words()}", flush=True)
    executor = executor_named(AUTOMATIC) if address is None else DaskCluster(address)
    return Compute(executor, BlockStore(home / BLOCKS_FOLDER) if home else None)


def _check(chosen: argparse.Namespace) -> int:
    from core.batch import check_study
    from core.export.import_report import recipe_words

    run = check_study(chosen.study, JobContext(_steps()))
    for dataset in run.datasets.values():
        for table in dataset.tables:
            counts = ", ".join(f"{count} {what}" if what != "scale" else f"scale {count}"
                               for what, count in table.counts.items())
            print(f"{dataset.name}, {table.part}: {table.spec.file} ({counts})")
            for words in recipe_words(table.recipe):
                print(f"  {words}")
        for endpoint in dataset.endpoints:
            print(f"{dataset.name}, endpoint {endpoint.name}: {endpoint.in_words()}")
    _print_problems(run.problems)
    return NOT_USABLE if run.failed else DONE


def _print_problems(problems: Iterable[Problem]) -> None:
    """Problems as the contract writes them; warnings the same with the word in front; notes are in the report."""
    for problem in {each.line(): each for each in problems}.values():
        if problem.severity == Severity.PROBLEM:
            print(problem.line(), file=sys.stderr)
        elif problem.severity == Severity.WARNING:
            print(f"warning: {problem.line()}", file=sys.stderr)
    sys.stderr.flush()


def _steps() -> Callable[[float, str], None]:
    """Progress on stdout: one line per two seconds at most, so that a log stays short."""
    last = time.monotonic()

    def show(fraction: float, words: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= 2.0:
            last = now
            print(f"{fraction:4.0%}  {words}", flush=True)

    return show
