"""The version of the package: of its code, and of every report it writes."""

VERSION = "0.1.0"
