"""Code sets and edits, by date of service."""

from scrubber.reference.bundle.place import bundle_in_use, bundle_place
from scrubber.reference.errors import ReferenceDataError, SourceError
from scrubber.reference.facts import Diagnosis, Element, Modifier, Pair, Place, Procedure
from scrubber.reference.manifest import TableInfo
from scrubber.reference.release import Release
from scrubber.reference.store import Reference, data_folder, load

__all__ = [
    "Diagnosis",
    "Element",
    "Modifier",
    "Pair",
    "Place",
    "Procedure",
    "Reference",
    "ReferenceDataError",
    "Release",
    "SourceError",
    "TableInfo",
    "bundle_in_use",
    "bundle_place",
    "data_folder",
    "load",
]
