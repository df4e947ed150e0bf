"""Opening the log with all that belongs to it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from adapters.archive import Archive
from adapters.key_vault import KeyVault
from adapters.master_keys import MasterKeys
from adapters.postgres_log import PostgresLog
from adapters.sound_files import SoundFiles
from infra.settings import Settings


@asynccontextmanager
async def log_at(url: str, settings: Settings) -> AsyncGenerator[PostgresLog, None]:
    """The log at this PostgreSQL, with its archive, and the vault whose keys it encrypts with."""
    masters = MasterKeys.made(settings.key_file())
    archive = Archive(settings.archive())
    async with PostgresLog.opened(url, lambda rows: KeyVault(rows, masters), archive) as log:
        yield log


def sounds_of(log: PostgresLog, settings: Settings) -> SoundFiles:
    """The files of recorded sound, closed with the keys of the log's vault."""
    return SoundFiles(settings.recordings(), vault_of(log), most=settings.recordings_mib * 2**20)


def vault_of(log: PostgresLog) -> KeyVault:
    """The vault of a log that was opened here."""
    assert isinstance(log.vault, KeyVault)
    return log.vault
