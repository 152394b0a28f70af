"""The command line: `steward`."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from supervisor.certificate_commands import certificates
from supervisor.cli_options import (
    LanguageOption,
    RunOption,
    SecretsOption,
    SiteArgument,
    run_paths,
    the_site,
)
from supervisor.configuration_commands import configuration
from supervisor.profile_commands import profiles

if TYPE_CHECKING:
    from sqlalchemy import URL

    from actors.paths import RunPaths
    from config.settings import Settings

app = typer.Typer(
    help="Steward (园区管家) runs a campus: real-time supervision and property management.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(configuration, name="config")
audit = typer.Typer(help="The audit trail of a site.", no_args_is_help=True)
app.add_typer(audit, name="audit")
app.add_typer(profiles, name="profile")
app.add_typer(certificates, name="certificate")

DEMO = Path(__file__).parent.parent / "config" / "demo"


@app.command()
def run(
    site: SiteArgument,
    run: RunOption = None,
    *,
    take_files: Annotated[
        bool, typer.Option("--take-files", help="let the files win over edits on the screen")
    ] = False,
) -> None:
    """Run a site until Ctrl+C."""
    _launch(site, run, demo=False, take_files=take_files)


@app.command()
def demo(run: RunOption = None) -> None:
    """Run the demo campus, with simulated devices and users whose passwords are printed."""
    _launch(DEMO, run, demo=True, take_files=True)


@app.command()
def check(site: SiteArgument) -> None:
    """Say everything that is wrong with a site's files, at once."""
    from config.problems import SiteError
    from supervisor.site_files import loaded

    try:
        found = loaded(site)
    except SiteError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    points = sum(len(device.template.points) for device in found.devices.values())
    typer.echo(
        f"{site}: {found.name.zh} {found.name.en}: {len(found.subsystems)} subsystems, "
        f"{len(found.devices)} devices, {points} points, no problems"
    )


@app.command()
def schema() -> None:
    """Print the JSON Schema of the site files."""
    from config.schema import json_schema
    from drivers import SCHEMAS

    typer.echo(json.dumps(json_schema(SCHEMAS), ensure_ascii=False, indent=2))


@app.command()
def status(
    site: Annotated[Path | None, typer.Argument(help="the site that runs; default the demo campus")] = None,
    run: RunOption = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """Show the running processes and their supervision trees."""
    from supervisor.status import show

    raise typer.Exit(show(run_paths(site or DEMO, run), as_json=as_json))


@app.command("push-keys")
def push_keys(
    site: SiteArgument,
    account: Annotated[str, typer.Argument(help="id of the account of the channel web-push")],
    run: RunOption = None,
) -> None:
    """Make the key pair under which messages are pushed to browsers: the private key becomes the account's
    secret, the public key is printed and belongs into its options. Browsers then subscribe anew."""
    from business.configuration.secrets import KnownSecret, Vault
    from business.notifier.channels.catalogue import secret_name
    from business.notifier.channels.push_crypto import new_key_pair
    from config.table import ID_RULE, is_id
    from config.text import Text

    if not is_id(account):
        typer.echo(f"{account!r} is no id of an account; use {ID_RULE}", err=True)
        raise typer.Exit(1)
    name, pair = secret_name(account, "private-key"), new_key_pair()
    label = Text("推送私钥", "private key")
    Vault(run_paths(site, run).secrets, os.environ, {name: KnownSecret(label, label)}).store(
        name, pair.private
    )
    typer.echo(f'private key: the secret {name}\npublic_key = "{pair.public}"')


@audit.command("verify")
def verify_audit(
    site: SiteArgument,
    run: RunOption = None,
    anchor: Annotated[str, typer.Option(help="SEQUENCE:SEAL, as printed earlier: a cut trail shows")] = "",
) -> None:
    """Say whether any record of the audit trail was changed, removed or exchanged; exit code 1 if so."""
    from supervisor.audit_cli import check
    from supervisor.launch import run_directory

    found = the_site(site)
    url = _business(found.settings, run_directory(found, run))
    raise typer.Exit(check(url, anchor, typer.echo))


@app.command()
def backup(
    site: SiteArgument,
    run: RunOption = None,
    to: Annotated[
        Path | None, typer.Option(help="folder of backups (default: the site's [settings.backup])")
    ] = None,
    *,
    with_secrets: SecretsOption = False,
) -> None:
    """Back up a site, running or not: databases, history, attached files, configuration."""
    from supervisor.backup_cli import make
    from supervisor.launch import run_directory

    found = the_site(site)
    paths = run_directory(found, run)
    url = _business(found.settings, paths)
    passphrase = _passphrase(asked=with_secrets, twice=True)
    raise typer.Exit(make(found, paths, url, to, passphrase, typer.echo))


@app.command()
def discover(
    protocol: Annotated[str, typer.Argument(help="bacnet, opcua, dlt645, cjt188 or nut")],
    where: Annotated[list[str] | None, typer.Argument(help="name=value, such as host=10.0.0.5")] = None,
    secrets: Annotated[Path, typer.Option(help="folder of the secrets that are named")] = Path("secrets"),
    language: LanguageOption = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """List what is on a line, behind a server or in a network, in the words of a site file."""
    from supervisor.discover_cli import discover
    from supervisor.profile_cli import reader_language

    spoken = reader_language(language)
    raise typer.Exit(discover(protocol, where or [], secrets, spoken, typer.echo, as_json=as_json))


@app.command()
def backups(site: SiteArgument, run: RunOption = None) -> None:
    """List the backups of a site; exit code 1 if one of them is damaged."""
    from supervisor.backup_cli import show
    from supervisor.launch import run_directory

    found = the_site(site)
    raise typer.Exit(show(found, run_directory(found, run), typer.echo))


@app.command()
def restore(
    site: SiteArgument,
    run: RunOption = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="a backup, or a folder of backups: all of it comes back")
    ] = None,
    at: Annotated[
        str, typer.Option(help="2026-11-21T10:35: databases as of then; history and files stay as they are")
    ] = "",
    into: Annotated[Path | None, typer.Option(help="another run directory instead")] = None,
    database: Annotated[str, typer.Option(help="URL of an empty PostgreSQL database to restore into")] = "",
    *,
    with_secrets: SecretsOption = False,
) -> None:
    """Go back to a backup. The site must stand still; what is there now is moved aside, never deleted."""
    from supervisor.backup_cli import Asked, go_back
    from supervisor.launch import run_directory

    if source is None and not at:
        typer.echo("say which state: --from a backup, or --at a time; steward backups lists them", err=True)
        raise typer.Exit(2)
    found = the_site(site)
    paths = run_directory(found, run)
    settings = replace(found.settings, database=database) if database else found.settings
    url = _business(settings, paths) if settings.database else None
    asked = Asked(source, at, into, url, _passphrase(asked=with_secrets, twice=False))
    raise typer.Exit(go_back(found, paths, asked, typer.echo))


def _passphrase(*, asked: bool, twice: bool) -> str:
    """From the environment, or typed without an echo."""
    given = os.environ.get("STEWARD_BACKUP_PASSPHRASE", "")
    if not asked or given:
        return given if asked else ""
    typed: str = typer.prompt("passphrase of the secrets", hide_input=True, confirmation_prompt=twice)
    return typed


def _business(settings: "Settings", paths: "RunPaths") -> "URL":
    from config.secrets import SecretError
    from supervisor.database import business_url

    try:
        return business_url(settings, paths, os.environ)
    except SecretError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


def _launch(site: Path, run: Path | None, *, demo: bool, take_files: bool) -> None:
    from config.problems import SiteError
    from config.versions import VersionError
    from supervisor.launch import HalfRestored, Launch, PortTaken, launch, to_terminal
    from supervisor.lock import RunningAlready

    try:
        status = launch(Launch(site, run, demo=demo, take_files=take_files), to_terminal)
    except (SiteError, VersionError, PortTaken, RunningAlready, HalfRestored) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(status)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
