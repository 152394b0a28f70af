"""Arguments and options that several commands of `steward` take, and what they stand for."""

from pathlib import Path
from typing import Annotated

import typer

SiteArgument = Annotated[Path, typer.Argument(help="directory with site.toml, or one .toml file")]
RunOption = Annotated[Path | None, typer.Option("--run", help="run directory (default ./run/<site id>)")]
ProfileSiteOption = Annotated[Path | None, typer.Option("--site", help="a site whose own profiles count too")]
ParameterOption = Annotated[
    list[str] | None, typer.Option("--parameter", help="name=value, as often as needed")
]
LanguageOption = Annotated[str, typer.Option(help="zh or en; default: that of the terminal")]
SecretsOption = Annotated[bool, typer.Option("--with-secrets", help="with secrets/, sealed by a passphrase")]


def the_site(site: Path):  # type: ignore[no-untyped-def]
    from config.problems import SiteError
    from supervisor.site_files import loaded

    try:
        return loaded(site)
    except SiteError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def run_paths(site: Path, run: Path | None):  # type: ignore[no-untyped-def]
    from supervisor.launch import run_directory

    return run_directory(the_site(site), run)
