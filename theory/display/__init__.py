"""Problems, regions, classifiers and estimates as text and as HTML with a picture; nothing here computes risks.

HTML is self-contained: tables and inline SVG, no script, no address. Whatever is long (components, boundaries, axes) is
cut after a few entries and says how many were left out, so that a problem in a million dimensions displays at once.
"""

from __future__ import annotations

import numpy as np

from theory.display.card import Card
from theory.display.estimates import estimate_html
from theory.display.problems import domain_card, mixture_card
from theory.display.regions import base_card, plane_card, region_card, smoothed_card
from theory.estimate import Estimate
from theory.geometry.plane.region import PlaneRegion
from theory.geometry.region import Region
from theory.problems.problem import DomainProblem, MixtureProblem
from theory.risks.pipeline import BaseClassifier, SmoothedClassifier


def text(shown: object) -> str:
    """What `print` shows; an object that is not known here is shown by its `repr`."""
    # Extreme numbers overflow on the way to what is then written as infinite.
    with np.errstate(all="ignore"):
        card = _card(shown)
        return repr(shown) if card is None else card.text()


def html(shown: object) -> str:
    """What a notebook shows."""
    if isinstance(shown, Estimate):
        return estimate_html(shown)
    # As above; a picture is left out where its numbers overflow.
    with np.errstate(all="ignore"):
        card = _card(shown)
        if card is None:
            raise TypeError(f"no display for {type(shown).__name__}")
        return card.html()


def _card(shown: object) -> Card | None:
    match shown:
        case MixtureProblem():
            return mixture_card(shown)
        case DomainProblem():
            return domain_card(shown)
        case Region():
            return region_card(shown)
        case PlaneRegion():
            return plane_card(shown)
        case BaseClassifier():
            return base_card(shown)
        case SmoothedClassifier():
            return smoothed_card(shown)
        case _:
            return None
