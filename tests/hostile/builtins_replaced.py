# Attempt: replaces what every line of Python leans on; the grader's own conversions with it
# Kind: script
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Limits: seconds=2
# Canary: memory
import builtins

builtins.isinstance = lambda value, kind: True
builtins.len = lambda value: 1
builtins.abs = lambda value: 0
builtins.all = builtins.any = lambda items: True
builtins.float = lambda value=0: 0.5
builtins.sum = builtins.max = lambda *items, **options: 0
builtins.print = builtins.repr = lambda *items, **options: ""
