"""What the command line does with the master keys, while the house runs: add one, wrap anew, drop the old."""

import time

import click

from adapters.key_vault import KeyVault
from adapters.master_keys import MasterKeys
from infra.embedded import reached
from infra.logs import log_at, vault_of
from infra.progress import progress_bar
from infra.settings import Settings
from infra.tasks import TaskFailed

SETTLED = 60.0
"""Seconds after which no node can be in the middle of wrapping a key with an old master key."""


async def rotate(settings: Settings) -> None:
    """Add a master key and wrap every person's key with it; a rotation that was broken off is finished."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        vault, masters = vault_of(log), MasterKeys.made(settings.key_file())
        if await _old(vault, masters):
            click.echo("The last rotation was not finished; this finishes it, and adds no other key.")
        else:
            masters.add()
        with progress_bar("Wrapping keys anew") as bar:
            done = await vault.wrap_anew(bar)
    click.echo(f"{done} keys of persons are wrapped by master key {masters.current()[0]} now.")
    click.echo("The old master keys are kept until `lyceum keys drop`.")


async def drop(settings: Settings) -> None:
    """Take the old master keys out of the file; raises `TaskFailed` while one of them may be needed."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        masters = MasterKeys.made(settings.key_file())
        if await _old(vault_of(log), masters):
            raise TaskFailed("Old master keys still wrap keys of persons: run `lyceum keys rotate` first.")
        if time.time() - masters.changed() < SETTLED:
            raise TaskFailed("The master keys were changed just now: wait a minute, and try again.")
        dropped = masters.keep_only(masters.current()[0])
    click.echo(f"{dropped} old master keys are no more. Whatever only they could open stays closed for good.")


async def show(settings: Settings) -> None:
    """Print each master key with how many keys it wraps."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        masters, wrapped = MasterKeys.made(settings.key_file()), await vault_of(log).wrapped()
    current = masters.current()[0]
    for identity in masters.ids():
        mark = "  wraps new ones" if identity == current else ""
        click.echo(f"{identity}  {wrapped.pop(identity, 0)} keys of persons{mark}")
    for identity, count in wrapped.items():
        click.echo(f"{identity}  {count} keys of persons  MISSING from {settings.key_file()}")


async def _old(vault: KeyVault, masters: MasterKeys) -> bool:
    """Whether a key of a person is wrapped by another master key than the one in use."""
    return bool((await vault.wrapped()).keys() - {masters.current()[0]})
