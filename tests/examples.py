"""The examples of docs/testing-with-scrubber.md, run as another team would run them."""

import re
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parent.parent / "docs" / "testing-with-scrubber.md"
_BLOCK = re.compile(r"^```python\n# (?P<name>\w+\.py)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)
# Only the plugins that the example names, whatever else this repository's tests use; warnings are errors, as here.
_PLUGINS = ("-p", "pytest_asyncio.plugin", "-p", "scrubber.testing.plugin")
_STRICT = ("-W", "error", "-o", "asyncio_default_fixture_loop_scope=function")


def example(name: str) -> str:
    """The code block of the document that begins with a comment naming this file."""
    return {found["name"]: found["code"] for found in _BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8"))}[name]


def run_example(pytester: pytest.Pytester, name: str, *options: str) -> pytest.RunResult:
    """Run that code block in a folder and a process of its own."""
    pytester.path.joinpath(name).write_text(example(name), encoding="utf-8")
    return run_tests(pytester, *options)


def run_tests(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    """Run what is in the folder of `pytester` with the plugin under test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        return pytester.runpytest_subprocess(*_PLUGINS, *_STRICT, *options, timeout=240)
