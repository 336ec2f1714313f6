"""All keys of ``hydrasnap.toml``, each with its type, its default and a description.

The descriptions are the reference: the handbook and the file that `hydrasnap init` writes take them
from here.
"""

from hydrasnap.config.crawl_keys import CacheTable, CrawlTable, HydraTable, RetentionTable
from hydrasnap.config.key_types import Table
from hydrasnap.config.messages import Step, key_name
from hydrasnap.config.site_keys import NotifyTable, PackagesTable, SiteTable, WatchTable


class Tables(Table, frozen=True):
    """All tables of the file."""

    hydra: HydraTable = HydraTable()
    crawl: CrawlTable = CrawlTable()
    cache: CacheTable = CacheTable()
    retention: RetentionTable = RetentionTable()
    site: SiteTable = SiteTable()
    packages: PackagesTable = PackagesTable()
    watch: tuple[WatchTable, ...] = ()
    notify: tuple[NotifyTable, ...] = ()


class Config(Tables, frozen=True):
    """The checked tables, and the name of the file that they come from; empty if there is none."""

    file: str = ""

    def key(self, *path: Step) -> str:
        """Return the name of a key with that of the file, if there is one."""
        return f"{self.file}: {key_name(path)}" if self.file else key_name(path)
