# Attempt: links to secrets beside an honest answer, which are copied to where feedback is made
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: secret files
(folder / "key.txt").symlink_to("@COURSE@/course.key")
(folder / "home").symlink_to("@HOME@")
(folder / "network.svg").symlink_to("@SECRET@")
(folder / "timestamp.txt").symlink_to("@SECRET@")
