"""``python -m benchmarks``: the tables, their record as JSON, and what two records differ by.

python -m benchmarks [--smoke] [--out FILE]         every case against every peer (or a short run)
python -m benchmarks compare OLD.json NEW.json      fails where a case fell beyond the noise band
python -m benchmarks commits OLD NEW                the same for two commits, measured side by side
python -m benchmarks national [--cell-size-m 200]   35,000 sources on a made-up country the size of France
python -m benchmarks chart                          the history as a picture
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from benchmarks import results
from benchmarks.measure import Measurement


def main() -> int:
    """Run the command asked for; its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="half a minute: two cases, SciPy alone")
    parser.add_argument("--out", type=Path, help="JSON file to write (runs/bench-<commit>.json unless said)")
    commands = parser.add_subparsers(dest="command")
    compare = commands.add_parser("compare")
    compare.add_argument("old", type=Path)
    compare.add_argument("new", type=Path)
    commits = commands.add_parser("commits")
    commits.add_argument("old")
    commits.add_argument("new")
    for command in (compare, commits):
        command.add_argument("--noise", type=float, default=results.NOISE_SHARE, help="share, e.g. 0.15")
    national = commands.add_parser("national")
    national.add_argument("--cell-size-m", type=float, default=200.0)
    national.add_argument("--sources", type=int, default=35_000)
    commands.add_parser("price-of-raster")
    commands.add_parser("chart")
    options = parser.parse_args()
    if options.command == "compare":
        pair = (results.read(options.old), results.read(options.new))
        return 0 if results.print_comparison(*pair, noise_share=options.noise) else 1
    if options.command == "commits":
        from benchmarks.commits import measure_both

        return 0 if results.print_comparison(*measure_both(options.old, options.new), noise_share=options.noise) else 1
    if options.command == "national":
        from benchmarks.travel.national import run_national

        return run_national(cell_size_m=options.cell_size_m, n_sources=options.sources)
    if options.command == "price-of-raster":
        from benchmarks.travel.price_of_raster import print_table

        print_table()
        return 0
    if options.command == "chart":
        from benchmarks.chart import draw_history

        print(f"wrote {draw_history()}")
        return 0
    return _tables(is_smoke=options.smoke, out=options.out)


def _tables(*, is_smoke: bool, out: Path | None) -> int:
    results.print_header()
    measurements: list[Measurement] = []
    for case in _smoke() if is_smoke else _everything():
        results.print_rows(case)
        measurements += case
    record = results.as_record(measurements)
    path = out or results.RECORDS / f"bench-{record['commit'][:9]}.json"
    results.write(record, path)
    whole = results.whole_graph_ratios(record)
    for case, ratio in results.scipy_ratios(record).items():
        beside = f" on the graph near the source, {whole[case]:.1f} on the whole graph" if case in whole else ""
        print(f"{case}: {ratio:.1f} times faster than SciPy{beside} (commit {record['commit'][:9]})")
    print(f"→ {path}")
    return 0


def _smoke() -> Iterator[list[Measurement]]:
    from benchmarks.travel import graphs, rasters

    yield rasters.bounded_case("country", 200.0, n_sources=15, peers=False)
    yield graphs.bounded_case("corsica", n_sources=150, peers=False)


def _everything() -> Iterator[list[Measurement]]:
    from benchmarks.travel import graphs, rasters
    from benchmarks.travel.worlds import RASTER_KINDS

    for cell_size_m, n_sources in ((1000.0, 45), (200.0, 15), (100.0, 9)):
        yield rasters.bounded_case("country", cell_size_m, n_sources=n_sources, peers=True)
    for kind in RASTER_KINDS:
        if kind != "country":
            yield rasters.bounded_case(kind, 200.0, n_sources=25, peers=False)
    yield rasters.nearest_case("country", 200.0, peers=True)
    for name in ("corsica", "lattice 512"):
        yield graphs.bounded_case(name, n_sources=15, peers=True)


raise SystemExit(main())
