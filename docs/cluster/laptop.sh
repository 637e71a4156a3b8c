#!/bin/sh
# Grades an assignment on a scheduler and workers of this machine, as it is done on many machines.
# In the course's folder, with four workers:  sh laptop.sh 4 sigmoid_network
# What follows their number is for `autograder grade`.
set -eu
workers=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
scheduler=
pids=
end() {
  set +e
  kill $pids
  wait $pids  # before the scheduler, to which they say that they go
  kill $scheduler
  wait
  rm -rf "$scratch"
}
trap 'end 2> /dev/null' EXIT

python "$here/certificates.py" "$scratch"
sed "s|/home/me/.dask-tls|$scratch|" "$here/dask.yaml" > "$scratch/dask.yaml"
export DASK_CONFIG="$scratch"

dask scheduler --protocol tls --host 127.0.0.1 --port 0 --no-dashboard \
  --scheduler-file "$scratch/scheduler.json" 2> "$scratch/scheduler.log" &
scheduler=$!
until [ -s "$scratch/scheduler.json" ]; do sleep 0.2; done
for number in $(seq "$workers"); do
  dask worker --scheduler-file "$scratch/scheduler.json" --nthreads 1 --no-dashboard \
    --local-directory "$scratch" 2> "$scratch/worker$number.log" &
  pids="$pids $!"
done
address=$(sed -n 's/.*"address": "\([^"]*\)".*/\1/p' "$scratch/scheduler.json")
autograder grade "$@" --scheduler "$address"
