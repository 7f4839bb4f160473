"""The first screen: what to fit, what to expect of it, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from recommender.cli.console import N_PORTFOLIO, make_console, show_text, show_title
from recommender.words import REGRETS, count, duration, regret_in_words, score_in_words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

    from recommender.advice.ranking import Ranking, RecommendedConfiguration

INDENT = 4
BAR, LONG_BAR = 14, 24
"""Characters of an interval's bar on a narrow and on a wide terminal."""
NARROW, WIDE = 76, 110
"""Below so many columns configurations are listed; from so many on intervals are said in numbers, too."""
STYLES = dict(zip(REGRETS.values(), ("bold green", "green", "yellow", "yellow"), strict=True))
"""Green is near the best, yellow further away; what is like most has no colour."""


def show_recommendation(found: Ranking, top: int) -> None:
    """Print a recommendation for people."""
    console, data = make_console(), found.dataset
    sizes = f"{count(data.n_samples, 'row')}, {count(data.n_features, 'column')}"
    show_title(f"{data.name}: {found.task}, {sizes}", console)
    items = found.items[:top]
    narrow = console.width < NARROW
    (_list if narrow else _draw)(found, items, console)
    lies = "between the numbers in brackets" if narrow else "on the bar"
    show_text("\n".join(["", *_sentences(found, items, lies)]), console)


def _draw(found: Ranking, items: tuple[RecommendedConfiguration, ...], console: Console) -> None:
    """A line for each configuration, its hyperparameters below."""
    low, high = min(item.interval[0] for item in items), max(item.interval[1] for item in items)
    wide, length = console.width >= WIDE, LONG_BAR if console.width >= WIDE else BAR
    scale = score_in_words(low).ljust(length - len(score_in_words(high))) + score_in_words(high)
    heads = ["", "fit first", found.metric.name, *(["80 % interval"] if wide else []), scale]
    rows: list[list[str | Text]] = [
        [
            str(item.rank),
            item.algorithm,
            score_in_words(item.expected_score),
            *([_interval(item)] if wide else []),
            _bar(item, low, high, length, ascii_only=console.options.ascii_only),
            _place(item),
            duration(item.fit_seconds),
        ]
        for item in items
    ]
    shown: list[list[str | Text]] = [[*heads, "of all that was tried", "to fit"], *rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    widths[0] = INDENT - 2
    console.print(_line(shown[0], widths, style="dim"))
    for item, row in zip(items, rows, strict=True):
        console.print(_line(row, widths))
        show_text(f"{' ' * INDENT}{_settings(item)}", console)


def _line(cells: Sequence[str | Text], widths: list[int], style: str = "") -> RenderableType:
    from rich.table import Table

    line = Table.grid(padding=(0, 2, 0, 0))
    for width in widths:
        line.add_column(width=width, no_wrap=True, style=style)
    line.add_row(*cells)
    return line


def _list(found: Ranking, items: tuple[RecommendedConfiguration, ...], console: Console) -> None:
    """A paragraph for each configuration."""
    for item in items:
        show_text(
            f"{item.rank}. {item.algorithm}: {_settings(item)}\n"
            f"  {found.metric.name} {score_in_words(item.expected_score)} ({_interval(item)}), "
            f"{regret_in_words(item.expected_regret)}, {duration(item.fit_seconds)} to fit",
            console,
        )


def _interval(item: RecommendedConfiguration) -> str:
    return " to ".join(map(score_in_words, item.interval))


def _settings(item: RecommendedConfiguration) -> str:
    return ", ".join(f"{name}={value}" for name, value in item.hyperparameters.items()) or "its defaults"


def _place(item: RecommendedConfiguration) -> Text:
    from rich.text import Text

    words = regret_in_words(item.expected_regret)
    return Text(words, style=STYLES.get(words, ""))


def _bar(item: RecommendedConfiguration, low: float, high: float, length: int, *, ascii_only: bool) -> Text:
    """The interval as a line, what is expected as a point on it, between the lowest and the highest score."""
    from rich.text import Text

    def at(score: float) -> int:
        return round((score - low) / ((high - low) or 1.0) * (length - 1))

    line, point = ("-", "o") if ascii_only else ("─", "●")
    start, middle, end = at(item.interval[0]), at(item.expected_score), at(item.interval[1])
    text = Text(" " * start + line * (end - start + 1) + " " * (length - 1 - end))
    return Text.assemble(
        text[:middle], (point, STYLES.get(regret_in_words(item.expected_regret), "bold")), text[middle + 1 :]
    )


def _sentences(found: Ranking, items: tuple[RecommendedConfiguration, ...], lies: str) -> list[str]:
    """What the numbers mean, where a score mostly lies, and what else is worth knowing."""
    first, metric = found.best, found.metric
    words = regret_in_words(first.expected_regret)
    better = "" if metric.greater_is_better else " (lower is better)"
    sentences = [
        f"{first.configuration} is expected to reach {metric.name} {score_in_words(first.expected_score)}{better}, "
        f"{words} {'that' if 'best' in words else 'of what'} was tried on similar tables. "
        f"In 8 of 10 cases the score lies {lies}."
    ]
    higher = max(items, key=lambda item: metric.sign * item.expected_score)
    if score_in_words(higher.expected_score) != score_in_words(first.expected_score):
        sentences.append(
            f"Number {higher.rank}, {higher.configuration}, has the better expected score. Number 1 is the safer "
            "choice: on similar tables it falls less behind the best and behind good defaults."
        )
    names = ", ".join(f"{row['name']} (won by {row['winner']})" for _, row in found.neighbours(3).iterrows())
    sentences.append(f"Most similar known datasets: {names}")
    together = found.portfolio(N_PORTFOLIO)
    if len(together) > 1:
        number = {2: "Two", 3: "Three"}[len(together)]
        sentences.append(f"{number} that complement each other: {', '.join(str(i.configuration) for i in together)}")
    return sentences
