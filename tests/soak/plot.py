"""One picture of a soak: its series over time, one below the other."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl

mpl.use("Agg")  # a file, wherever this runs

import matplotlib.pyplot as plt
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from .run import Outcome
from .watch import Sample

_BLUE, _ORANGE, _GREY = "#1f5fa8", "#d9722e", "#8a8a8a"
_SMOOTH: Final = 5
"""Samples that a rate is taken over: commits come in batches."""


def draw(outcome: Outcome, title: str, path: Path) -> None:
    """Write the picture as PNG or SVG, by the path's ending."""
    samples = outcome.samples
    figure, axes = plt.subplots(6, 1, figsize=(11, 13), sharex=True, layout="constrained")
    figure.suptitle(title, fontsize=11)
    minutes = [sample.at / 60 for sample in samples]

    _rates(axes[0], samples)
    _lines(axes[1], minutes, samples, {
        "median": (_BLUE, lambda sample: _ms(sample.latency(0.5))),
        "99 of 100": (_ORANGE, lambda sample: _ms(sample.latency(0.99))),
    })  # fmt: skip
    axes[1].set_yscale("log")
    axes[1].yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes[1].yaxis.set_minor_formatter(NullFormatter())
    _lines(axes[2], minutes, samples, {"waiting": (_BLUE, lambda sample: sample.waiting)})
    axes[2].set_yscale("symlog", linthresh=100)
    axes[2].yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    for ax, name in zip(axes[3:], ("memory", "fds", "tasks"), strict=True):
        _lines(ax, minutes, samples, {
            "worker a": (_BLUE, _of("a", name)),
            "worker b": (_ORANGE, _of("b", name)),
        })  # fmt: skip
    for ax, label in zip(
        axes, ("claims a second", "publish to verdict, ms", "records waiting", "memory, MiB", "open files", "tasks"),
        strict=True,
    ):  # fmt: skip
        ax.set_ylabel(label)
        ax.grid(visible=True, color="#e4e4e4", linewidth=0.6)
        ax.set_axisbelow(True)
        ax.spines[["top", "right"]].set_visible(False)
        _mark(ax, outcome.events)
        ax.axvspan(0, outcome.plan.warm_up / 60, color="black", alpha=0.08, linewidth=0, zorder=0)
        ax.legend(loc="lower right", bbox_to_anchor=(1, 0.98), borderaxespad=0, fontsize=8, frameon=False, ncols=2)
    for ax in (axes[0], *axes[3:]):
        ax.set_ylim(bottom=0)
    for ax, trend in zip(axes[3:], outcome.trends, strict=True):
        ax.annotate(str(trend), (0.01, 0.06), xycoords="axes fraction", fontsize=8, color="#333333")
    axes[-1].set_xlabel(
        "minutes; grey: warm-up, not judged; shaded: worker b is there, its middle line a restart; "
        "dotted: new policy taken up"
    )
    axes[-1].set_xlim(0, max(minutes, default=1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _rates(ax: Any, samples: Sequence[Sample]) -> None:
    for name, color in (("published", _GREY), ("committed", _BLUE)):
        points = [
            (b.at / 60, (getattr(b, name) - getattr(a, name)) / (b.at - a.at))
            for a, b in zip(samples, samples[_SMOOTH:], strict=False)
        ]
        ax.plot(*zip(*points, strict=True), color=color, linewidth=1, label=name) if points else None


def _lines(
    ax: Any,
    minutes: Sequence[float],
    samples: Sequence[Sample],
    series: dict[str, tuple[str, Callable[[Sample], float | None]]],
) -> None:
    """Lines with gaps where there is no value."""
    for label, (color, value) in series.items():
        values = [value(sample) for sample in samples]
        ax.plot(minutes, [float("nan") if each is None else each for each in values], color=color, linewidth=1,
                marker=".", markersize=2, label=label)  # fmt: skip


def _mark(ax: Any, events: Sequence[tuple[float, str]]) -> None:
    joined = None
    for at, what in events:
        if what == "b joins":
            joined = at
        elif what == "b leaves" and joined is not None:
            ax.axvspan(joined / 60, at / 60, color="#fbf1e6", zorder=0)
        elif what == "b starts again":
            ax.axvline(at / 60, color="#eccfb2", linewidth=0.8, zorder=0)
        else:
            ax.axvline(at / 60, color="#9aa9bb", linewidth=0.7, linestyle=":", zorder=0)


def _of(worker: str, name: str) -> Callable[[Sample], float | None]:
    return lambda sample: sample.workers.get(worker, {}).get(name)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else max(seconds * 1000, 0.1)
