"""Write the ratings in another format: CSV, Parquet, iMRMC, LRC, MRMCaov CSV or JAFROC Excel."""

from __future__ import annotations

import argparse
from pathlib import Path

from analysis.errors import RatingsError
from analysis.results import Result

STANDS_ALONE = True


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("ratings", metavar="RATINGS", help="ratings table, in any of the formats")
    parser.add_argument("out", metavar="OUT", help="file to write; .csv, .parquet, .imrmc, .lrc or .xlsx (JAFROC)")
    parser.add_argument("--format", help="csv, parquet, imrmc, lrc, jafroc or mrmcaov, whatever the ending of OUT")
    parser.add_argument("--phase", action="append", metavar="P", help="the phase to write, if OUT can hold only one")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(options: argparse.Namespace) -> Result:
    """Convert the file, and say what its format cannot carry."""
    from analysis.table.files import read, write

    ratings = read(options.ratings)
    if Path(options.out).resolve() == Path(options.ratings).resolve():
        raise RatingsError(f"{options.out}: is the file that is read; name another")
    return write(ratings, options.out, format=options.format, phase=options.phase)
