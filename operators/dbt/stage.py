"""The stage contract (docs/operators.md), as far as this operator needs it."""

import json
import os
import pathlib
import tempfile

IN = pathlib.Path(os.environ.get("SLUICE_IN", "in"))
OUT = pathlib.Path(os.environ.get("SLUICE_OUT", "out"))


class Refused(Exception):
    """What the person can put right, said to them at its field."""

    def __init__(self, message, field=None, hint=None):
        super().__init__(message)
        self.field = field
        self.hint = hint

    def told(self):
        more = {"field": self.field, "hint": self.hint}
        return {"message": str(self)[:10_000], **{key: value for key, value in more.items() if value}}


def read_context():
    return json.loads((IN / "context.json").read_text())


def secret_of(context, parameter):
    """The value of a secret that a parameter names, or None. Whoever stores one by a shell leaves a line end behind it."""
    file = context["secrets"].get(parameter)
    return pathlib.Path(file).read_text().rstrip("\r\n") if file else None


def work_folder():
    """For what is needed on the way; it goes with the attempt."""
    return pathlib.Path(tempfile.mkdtemp(prefix="dbt-", dir=os.environ.get("SLUICE_SCRATCH")))


def put(name, content):
    """Written aside and renamed: seen whole or not at all."""
    aside = OUT / f".{name}.part"
    aside.write_text(content)
    aside.rename(OUT / name)
