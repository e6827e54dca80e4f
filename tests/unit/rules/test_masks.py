from scrubber.reference import masks
from scrubber.rules import scopes


def test_every_bit_means_one_thing() -> None:
    """Bits of codes, diagnoses and claims share one number space, and are named in two modules."""
    named = {(module.__name__, name): bit for module in (masks, scopes) for name, bit in _bits(vars(module))}
    assert len(set(named.values())) == len(named) > 50
    assert all(bit.bit_count() == 1 for bit in named.values())
    claims = {bit for (module, _), bit in named.items() if module == scopes.__name__}
    assert min(claims) >= 1 << 40 > max(set(named.values()) - claims)


def _bits(namespace: dict[str, object]) -> list[tuple[str, int]]:
    return [(name, value) for name, value in namespace.items() if name.isupper() and type(value) is int]
