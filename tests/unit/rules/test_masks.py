from types import ModuleType

import pytest

from scrubber.reference import masks
from scrubber.rules import scopes


def _bits(module: ModuleType) -> list[int]:
    return [value for name, value in vars(module).items() if name.isupper() and type(value) is int]


@pytest.mark.parametrize("module", [masks, scopes], ids=lambda module: module.__name__)
def test_every_bit_means_one_thing(module: ModuleType) -> None:
    bits = _bits(module)
    assert len(set(bits)) == len(bits) > 15
    assert all(bit.bit_count() == 1 for bit in bits)


def test_what_only_a_claim_can_tell_has_bits_of_its_own() -> None:
    assert min(_bits(scopes)) >= 1 << 40
