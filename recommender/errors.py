"""The errors that a user can meet; each message says what was given, what is accepted, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class RecommenderError(Exception):
    """Root of every error that this package raises on purpose."""


class DatasetError(RecommenderError, ValueError):
    """A table or target that nothing can be learnt from as it is."""


class UnknownNameError(RecommenderError, ValueError):
    """A name (metric, algorithm, column, ...) that does not exist; the message lists the choices."""


class MetricError(RecommenderError, ValueError):
    """A scorer or function that does not judge predictions by a number."""


class ServerError(RecommenderError, ConnectionError):
    """An OpenML server that cannot be reached, or that does not have what was asked."""


class ServerBusyError(ServerError):
    """An OpenML server that fails, limits or cannot be reached at the moment: asking later may help."""


class StoreError(RecommenderError, RuntimeError):
    """A store that cannot be opened or was written by a newer format."""


class StoreGoneError(StoreError):
    """A database server that has gone away, or does not let anybody in for now: asking again may help."""


class ClusterError(RecommenderError, ConnectionError):
    """A cluster that cannot be reached, or whose workers differ from what is installed here."""


class KnowledgeBaseError(RecommenderError, RuntimeError):
    """A knowledge base or meta-model file that is missing, damaged, or of a newer format."""


class OutputError(RecommenderError, OSError):
    """A place where a result cannot be written."""


class SavedModelError(RecommenderError, ValueError):
    """A model that cannot be saved, or a file that is no saved model, is damaged, or asks for what none consists of."""


class MissingExtraError(RecommenderError, ImportError):
    """A library that only an optional extra of this package installs."""


class RecommendationError(RecommenderError, ValueError):
    """A request that no configuration can satisfy."""


class LimitError(RecommenderError, ValueError):
    """A limit that cannot be kept: not above 0, no number, or beyond all sense."""


def one_line(error: object, most: int = 200) -> str:
    """What an error or warning says, as one line of at most so many characters; its kind where it says nothing.

    Examples
    --------
    >>> one_line(ValueError("no such thing:\\n\\n   x")), one_line(KeyError())
    ('no such thing: x', 'KeyError')
    """
    return (" ".join(str(error).replace("\0", "").split()) or type(error).__name__)[:most]


def listed(names: Iterable[object], most: int = 10) -> str:
    """The first of some names, none longer than 60 characters, and how many there are, for a message."""
    known = [repr(str(name)[:60]) for name in names]
    return ", ".join(known[:most]) + (f", ... ({len(known)} in all)" if len(known) > most else "")


def unknown_name(kind: str, given: object, choices: Iterable[str]) -> UnknownNameError:
    """Error for a name that is not among `choices`, with the nearest one suggested."""
    known = [str(choice)[:60] for choice in choices]
    near = difflib.get_close_matches(str(given), known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    shown = ", ".join(known[:40]) + (f", ... ({len(known)} in all)" if len(known) > 40 else "")
    return UnknownNameError(f"unknown {kind} {str(given)[:60]!r}.{hint} Choose from: {shown}")
