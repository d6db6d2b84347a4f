"""`python -m benchmarks` lists the benchmarks; with `NAME [--data DIR]` it runs one.

A benchmark may take more: its `options(parser)` adds them, its `run` gets them by name.
"""

import argparse
import importlib
import json
import os
import pkgutil
from pathlib import Path

import django

import benchmarks
from config import local


def main() -> None:
    names = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name[0] != "_")
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("name", nargs="?", choices=names)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BENCHMARK_DATA", "data")))
    arguments, more = parser.parse_known_args()
    if arguments.name is None:
        print("\n".join(names))
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("VAR_DIR", str(local.ROOT / "var" / "benchmarks"))
    local.enter()
    django.setup()
    benchmark = importlib.import_module(f"benchmarks.{arguments.name}")
    own = argparse.ArgumentParser(prog=f"python -m benchmarks {arguments.name}")
    getattr(benchmark, "options", lambda parser: None)(own)
    asked = vars(own.parse_args(more))
    print((benchmark.__doc__ or "").strip())
    print(json.dumps(benchmark.run(arguments.data, **asked)))


if __name__ == "__main__":
    main()
