"""The words of `steward profile`; what they do is `profile_cli.py`."""

from pathlib import Path
from typing import Annotated

import typer

from supervisor.cli_options import LanguageOption, ParameterOption, ProfileSiteOption

profiles = typer.Typer(help="Device profiles.", no_args_is_help=True)


@profiles.command("list")
def list_profiles(
    category: Annotated[str, typer.Option(help="only this kind of equipment, such as power-meter")] = "",
    site: ProfileSiteOption = None,
    language: LanguageOption = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="a JSON list, with products and sources")] = False,
) -> None:
    """List the device profiles: what they are for, whose, and how many points and alarms they have."""
    from supervisor.profile_cli import reader_language, show_list

    raise typer.Exit(show_list(site, category, reader_language(language), typer.echo, as_json=as_json))


@profiles.command("show")
def show_profile(
    name: Annotated[str, typer.Argument(metavar="ID", help="id of the profile")],
    site: ProfileSiteOption = None,
    parameter: ParameterOption = None,
    language: LanguageOption = "",
) -> None:
    """Show a profile with everything resolved: points, registers, alarms, parameters, and who states it."""
    from supervisor.profile_cli import reader_language, show_one

    raise typer.Exit(show_one(name, site, parameter or [], reader_language(language), typer.echo))


@profiles.command("check")
def check_profile(
    files: Annotated[
        list[Path] | None, typer.Argument(help="files or folders; default: those that come with Steward")
    ] = None,
    parameter: ParameterOption = None,
    language: LanguageOption = "",
) -> None:
    """Say everything that is wrong with profiles, with file, line and way out; exit code 1 if anything is."""
    from supervisor.profile_cli import check, reader_language

    raise typer.Exit(check(files or [], parameter or [], reader_language(language), typer.echo))
