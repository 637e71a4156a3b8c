# Attempt: an archive of notebooks, whose names are told to whoever handed in no other file: each of
#    them fills pages
# Kind: folder
# Base: stub
# Score: exactly 0
# Fails: all
# Says: problems "an archive"
# Never: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
# Canary: text
import zipfile

(folder / f"{NAME}.ipynb").unlink()
with zipfile.ZipFile(folder / "work.zip", "w") as archive:
    for number in range(3):
        archive.writestr("a" * 60_000 + f"{number}.ipynb", "")
