"""The words of `steward config`."""

from typing import Annotated

import typer

from supervisor.cli_options import RunOption, SiteArgument, run_paths

configuration = typer.Typer(help="Configuration versions of a site.", no_args_is_help=True)


@configuration.command("list")
def list_versions(site: SiteArgument, run: RunOption = None) -> None:
    """List the stored versions; the one in force is marked."""
    from config.versions import VersionError, VersionStore

    paths = run_paths(site, run)
    store = VersionStore(paths.configuration)
    running = paths.running.read_text() if paths.running.exists() else ""
    for number in store.numbers():
        try:
            version = store.get(number)
        except VersionError as error:
            typer.echo(f"{number:6}  {error}")
            continue
        mark = "*" if str(number) == running else " "
        typer.echo(
            f"{number:6}{mark} {version.created}  {version.origin:6}  {version.author}: {version.reason}"
        )


@configuration.command("export")
def export_version(
    site: SiteArgument,
    run: RunOption = None,
    version: Annotated[int, typer.Option(help="default: the latest")] = 0,
) -> None:
    """Write a stored version into the site's files."""
    from config.export import export
    from config.versions import VersionError, VersionStore

    store = VersionStore(run_paths(site, run).configuration)
    try:
        found = store.get(version) if version else store.latest()
    except VersionError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if found is None:
        typer.echo("there is no stored version yet; steward run makes the first", err=True)
        raise typer.Exit(1)
    export(found.documents, site)
    typer.echo(f"version {found.number} is now in the files of {site}")


@configuration.command("apply")
def apply_version(site: SiteArgument, run: RunOption = None) -> None:
    """Take the site's files over into the running system: only what changed is restarted."""
    from supervisor.apply import apply_files

    raise typer.Exit(apply_files(site, run_paths(site, run), typer.echo))
