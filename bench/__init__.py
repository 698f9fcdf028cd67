"""Heavy proofs that run on demand; what they measured stands in RESULTS.md."""
