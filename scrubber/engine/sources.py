"""Where an engine's tables and policies are read from, and whether they have changed since."""

from pathlib import Path
from typing import NamedTuple

from scrubber.engine.scrub import Engine
from scrubber.policy import Fingerprint, fingerprint, load_policies
from scrubber.reference import bundle_in_use, data_folder, load


class Sources(NamedTuple):
    """The places to read from; None stands for the usual one: what ships, and what the user imported."""

    reference_folder: Path | None = None
    payer_folder: Path | None = None
    reference_bundle: Path | None = None

    def open(self) -> Engine:
        """An engine over what is there now. ReferenceDataError or PolicyError says what cannot be used and why."""
        folder = self.reference_folder or data_folder()
        reference = load(folder, bundle_in_use(self.reference_bundle))
        return Engine(reference, load_policies(self.payer_folder or folder / "payers"))

    def fingerprint(self) -> Fingerprint:
        """What changes when the imported tables or the payer policies are replaced; takes some microseconds a file.

        OSError when a file goes away meanwhile.
        """
        policies = fingerprint(self.payer_folder or (self.reference_folder or data_folder()) / "payers")
        bundle = bundle_in_use(self.reference_bundle)
        if bundle is None or not bundle.exists():
            return policies  # `open` says what is wrong where somebody named a file that is not there
        stat = bundle.stat()
        return (*policies, (str(bundle), stat.st_size, stat.st_mtime_ns))


def load_engine(
    reference_folder: Path | None = None, payer_folder: Path | None = None, reference_bundle: Path | None = None
) -> Engine:
    """An engine over these places, each the usual one when it is None. Errors as `Sources.open`."""
    return Sources(reference_folder, payer_folder, reference_bundle).open()
