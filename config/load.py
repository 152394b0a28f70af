"""Reads the files of a site."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from tomllib import loads
from typing import Any

from config import syntax
from config.driver_schema import DriverSchema
from config.entries import Documents
from config.lines import Lines, index_lines, line_of
from config.problems import Problem, Problems, SiteError, Where
from config.resolve import examine
from config.site import Site

Further = Callable[[Site, Documents, Problems], None]
"""What those who use a part of it find wrong with it: added to the problems."""


def read(path: Path) -> Documents:
    """The files of a site: `*.toml` and `profiles/*.toml` of a directory, or one file alone.

    Raises SiteError with every file that cannot be read.
    """
    problems = Problems()
    documents = _read(path, problems)
    if len(problems):
        raise SiteError(problems.all())
    return documents


def load_site(
    path: Path,
    drivers: Mapping[str, DriverSchema],
    version: int = 0,
    further: Further = lambda _site, _documents, _problems: None,
) -> Site:
    """Reads and builds. Raises SiteError with everything that is wrong, and the lines where it stands."""
    problems = Problems()
    documents = _read(path, problems)
    problems.complete = not len(problems)
    site = examine(documents, drivers, problems, version)
    if site is not None:
        further(site, documents, problems)
    if site is None or len(problems):
        raise SiteError(located(problems.all(), path))
    return site


def located(problems: tuple[Problem, ...], path: Path) -> Iterator[Problem]:
    """The problems with the lines at which the files under `path` show them."""
    texts: dict[str, tuple[str, Lines]] = {}
    for problem in problems:
        if problem.line is None and problem.where is not None:
            if problem.file not in texts:
                text = _text(path if path.is_file() else path / problem.file)
                texts[problem.file] = text, index_lines(text)
            problem = replace(problem, line=line_of(*texts[problem.file], problem.where))
        yield problem


def site_files(path: Path) -> dict[str, Path]:
    """Name within the site -> file, for every file that belongs to the site at `path`."""
    if path.is_file():
        return {path.name: path}
    files = [*sorted(path.glob("*.toml")), *sorted(path.glob("profiles/*.toml"))]
    return {file.relative_to(path).as_posix(): file for file in files}


def _read(path: Path, problems: Problems) -> dict[str, dict[str, Any]]:
    documents: dict[str, dict[str, Any]] = {}
    files = site_files(path)
    if not files:
        what = "has no *.toml file" if path.is_dir() else "does not exist"
        problems.add(
            Where(str(path)), str(path), f"site {str(path)!r} {what}", "Name a directory with a site.toml"
        )
    for name, file in files.items():
        text = ""
        try:
            text = file.read_text("utf-8-sig")
            documents[name] = jsonable(loads(text))
        except UnicodeDecodeError as error:
            seems = syntax.encoding_of(error.object)
            message = f"byte {error.start} is not UTF-8{f', the file seems to be {seems}' if seems else ''}"
            at = error.object.count(b"\n", 0, error.start) + 1
            problems.add(Where(name), None, message, "Save the file as UTF-8", line=at)
        except (ValueError, RecursionError) as error:
            line = syntax.line_of(error)
            _, wide = syntax.typed_wide(text, line)
            way_out = f"{wide or 'Correct it there'}; names of other files are not looked for until then"
            problems.add(Where(name), None, f"TOML syntax: {error}", way_out, line=line)
        except OSError as error:
            problems.add(
                Where(name), None, f"cannot be read: {error.strerror}", "Check the file and its rights"
            )
    return documents


def jsonable(value: Any) -> Any:
    """The value with dates and times as texts, which is all that JSON lacks of TOML."""
    match value:
        case dict():
            return {key: jsonable(inner) for key, inner in value.items()}
        case list():
            return [jsonable(inner) for inner in value]
        case datetime() | date() | time():
            return value.isoformat()
        case _:
            return value


def _text(file: Path) -> str:
    """'' for what no file of the site says: a built-in profile, a file that cannot be read."""
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""
