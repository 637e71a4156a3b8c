# Attempt: three million empty lists in the place of cells
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
data = '{"nbformat": 4, "cells": [' + "[]," * 6_000_000 + '{"cell_type": "code", "source": "1"}]}'
