"""Proof of what was done: checkpoints, exports, transmission proofs, retention."""
