# Attempt: a notebook of a hundred thousand cells, each of which would become one of the graded notebook
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "10000 is the limit"
# Canary: none
data = '{"nbformat": 4, "cells": [' + "{}," * 100_000 + '{"cell_type": "code", "source": "1"}]}'
