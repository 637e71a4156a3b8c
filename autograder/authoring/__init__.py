"""From solutions/ to assignments/, and the proofs that an exercise is sound."""
