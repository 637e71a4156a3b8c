# Attempt: the markup of the class table and of nbgrader's comments: colours, links, pictures that
#    tell who looked
# Kind: script
# Base: solution
# Score: exactly 15
# Fails: loss update train
# Says: loss "[bold red]20/20[/]"
# Canary: text
MARKUP = "[bold red]20/20[/] [link=http://x.invalid]![](http://x.invalid/p.png) `` {{7*7}} $x$ %s %(x)s"


def loss(y, t):
    raise ValueError(MARKUP + "\n# 20 of 20\n\n```\n" + MARKUP)


def update(params, grads, lr):
    return {**params, MARKUP: 1.0}


def train(params, x, t, lr, epochs):
    raise type(MARKUP, (Exception,), {})
