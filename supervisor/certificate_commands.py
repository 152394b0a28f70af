"""The words of `steward certificate`; what they do is `certificate_cli.py`."""

from pathlib import Path
from typing import Annotated

import typer

from supervisor.cli_options import LanguageOption

certificates = typer.Typer(
    help="Certificates of OPC UA: Steward's own, and those of servers.", no_args_is_help=True
)

ReplaceOption = Annotated[bool, typer.Option("--replace", help="take the place of a file that is there")]


@certificates.command("make")
def make_certificate(
    file: Annotated[
        Path, typer.Option("--certificate", help="where it goes; DER if it ends in .der, else PEM")
    ] = Path("steward.pem"),
    private_key: Annotated[
        Path, typer.Option(help="where its key goes: PEM, readable by its owner only")
    ] = Path("steward.key"),
    uri: Annotated[str, typer.Option(help="application URI (default urn:HOST:campus-steward)")] = "",
    name: Annotated[str, typer.Option(help="common name, as servers list it")] = "Steward",
    host: Annotated[
        list[str] | None, typer.Option(help="name or address of this machine, as often as needed")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=36500, help="how long it is valid")] = 3650,
    language: LanguageOption = "",
    *,
    replace: ReplaceOption = False,
) -> None:
    """Make the certificate and key by which OPC UA servers know Steward; no file is overwritten unasked."""
    from supervisor.certificate_cli import Wish, make
    from supervisor.profile_cli import reader_language

    wish = Wish(file, private_key, uri, name, host or [], days, replace)
    raise typer.Exit(make(wish, reader_language(language), typer.echo))


@certificates.command("show")
def show_certificate(
    where: Annotated[str, typer.Argument(help="opc.tcp://HOST:PORT, or a file (PEM or DER)")],
    save: Annotated[Path | None, typer.Option(help="also write the server's certificate there")] = None,
    language: LanguageOption = "",
    *,
    replace: ReplaceOption = False,
) -> None:
    """Show the fingerprint of a server's certificate, and the line of a connection that pins it."""
    from supervisor.certificate_cli import show
    from supervisor.profile_cli import reader_language

    raise typer.Exit(show(where, save, reader_language(language), typer.echo, replace=replace))
