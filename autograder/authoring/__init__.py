"""From solutions/ to assignments/, and the proofs of an exercise."""
