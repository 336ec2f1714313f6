"""Snapshot and report become pages: one module per kind of page, each with a typed context."""

from collections.abc import Iterator

from hydrasnap.pages.build import build_pages
from hydrasnap.pages.documents import document_pages, missing_page
from hydrasnap.pages.evaluation import evaluation_pages
from hydrasnap.pages.evaluations import all_evaluations_page
from hydrasnap.pages.feeds import feed_files
from hydrasnap.pages.job import job_pages
from hydrasnap.pages.jobset import jobset_pages
from hydrasnap.pages.lists import list_pages
from hydrasnap.pages.overview import overview_pages
from hydrasnap.pages.page import File, Page
from hydrasnap.pages.project import project_pages
from hydrasnap.pages.redirects import redirect_pages
from hydrasnap.pages.site import Document, Site

__all__ = ["Document", "File", "Page", "Site", "all_pages"]


def all_pages(site: Site) -> Iterator[Page | File]:
    """Give every page of the site, one after the other, each made when it is asked for."""
    yield from build_pages(site)
    yield from job_pages(site)
    yield from evaluation_pages(site)
    yield from jobset_pages(site)
    yield from redirect_pages(site)
    yield from project_pages(site)
    yield from feed_files(site)
    yield from list_pages(site)
    yield all_evaluations_page(site)
    yield from document_pages(site)
    yield missing_page(site)
    yield from overview_pages(site)
