"""How large a question may be. Beyond these an answer would take hours or gigabytes, or leave the range of floats.

| bound        | on what                                       | what is said beyond it                           |
|--------------|-----------------------------------------------|--------------------------------------------------|
| MOST_NOISE   | noises and radii, in sizes of the problem     | bad input: squares of noises are multiplied      |
| MOST_VOTES   | votes of the exact routes                     | bad input: errors have grown to 1e-4 there       |
| MOST_ON_LINE | components, or labelled intervals, on a line  | no exact route: each root asks all of them       |
| MOST_PARTS   | parts of a dotted key of a problem file       | bad input: reading takes their square of memory  |

Bounds of the commands (cells, workers, points, steps) stand where the command is.
"""

from __future__ import annotations

MOST_NOISE = 1e100
MOST_VOTES = 10**15
MOST_ON_LINE = 2000
MOST_PARTS = 100
