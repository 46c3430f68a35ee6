"""Proofs by ball arithmetic: every number is a ball that contains the truth, every sign is decided by such balls.

`Prover` answers for one problem: enclosed risks, and gains whose sign is proved. `PROVED` answers claims
(`theory.claims.falsify`). `line`, `radial` and `half_space` are the geometries; `isolate` finds all sign changes of a
function known by balls; `pieces` starts from the decimals that were typed, which are rational.
"""

from theory.errors import NoProof
from theory.proof.prover import Proof, Prover
from theory.proof.side import PROVED

__all__ = ["PROVED", "NoProof", "Proof", "Prover"]
