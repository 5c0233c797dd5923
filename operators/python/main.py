"""Runs a person's code over the inputs of its stage: the contract's files (docs/operators.md) as tables of Python."""

# What else it needs is loaded where it is used: a short program takes no longer to start than Python itself.
import json
import os
import sys

IN = os.environ["SLUICE_IN"]
OUT = os.environ["SLUICE_OUT"]
CODE = "<your code>"
HANDED_BYTES = 64 * 1024


class Refused(Exception):
    """What the person can put right, said to them."""


def needed(name):
    try:
        return __import__(name)
    except ModuleNotFoundError:
        raise Refused(
            f"The Python package {name} is not installed here. Run `npm run python` where the worker runs, "
            "or let stages run in containers, whose image has it."
        ) from None


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def text(value):
    return "'" + str(value).replace("'", "''") + "'"


class Input:
    """One table that came in."""

    def __init__(self, name, given):
        self.name = name
        self.format = given["format"]
        self.rows = given.get("rows")
        self.places = [os.path.join(IN, given["path"], file) for file in given["files"]]

    @property
    def files(self):
        import pathlib

        return [pathlib.Path(place) for place in self.places]

    def scan(self):
        reader = {"parquet": "read_parquet", "csv": "read_csv", "ndjson": "read_json"}[self.format]
        files = ", ".join(text(place) for place in self.places)
        more = ", format = 'newline_delimited'" if self.format == "ndjson" else ""
        return f"{reader}([{files}]{more})"

    def arrow(self):
        return session().sql(f"select * from {self.scan()}").to_arrow_table()

    def df(self):
        needed("pandas")
        return session().sql(f"select * from {self.scan()}").df()


_session = None


def session():
    """DuckDB with a view for each input."""
    global _session
    if _session is None:
        duckdb = needed("duckdb")
        _session = duckdb.connect()
        scratch = os.environ.get("SLUICE_SCRATCH")
        if scratch:
            _session.execute(f"set temp_directory = {text(scratch)}")
        for name, one in inputs.items():
            if one.places:
                _session.execute(f"create view {quoted(name)} as select * from {one.scan()}")
    return _session


def sql(query, *values):
    """Rows of a SELECT over the inputs by their names; ? stands for the values. Has .df(), .arrow(), .fetchall()."""
    return session().sql(query, params=list(values) or None)


def write(name, table):
    """Hands on a DataFrame, a pyarrow Table, an answer of sql(), or a list of dicts."""
    if name not in context["outputs"]:
        known = ", ".join(context["outputs"]) or "none"
        raise Refused(f'The stage has no output "{name}". Its outputs: {known}. Add it under outputs.')
    if isinstance(table, list):
        table = needed("pyarrow").Table.from_pylist(table)
    output = context["outputs"][name]
    wanted = output["format"]
    folder = os.path.join(OUT, output["path"])
    os.makedirs(folder, exist_ok=True)
    file = os.path.join(folder, f"part-{len(os.listdir(folder)):05}.{wanted}")
    how = {"parquet": "format parquet, compression zstd", "csv": "format csv, header", "ndjson": "format json"}[wanted]
    con = session()
    if hasattr(table, "write_parquet"):  # an answer of sql()
        table.create_view("_sluice_out", replace=True)
    else:
        con.register("_sluice_out", table)
    con.execute(f"copy (select * from _sluice_out) to {text(file)} ({how})")
    counted = con.execute("select count(*) from _sluice_out").fetchone()[0]
    _rows[name] = _rows.get(name, 0) + counted


def hand_on(**values):
    """Values that later stages find as {{ stages.<id>.params.<name> }}."""
    _handed.update(values)
    content = json.dumps(_handed)
    if len(content.encode()) > HANDED_BYTES:
        raise Refused("What is handed on is larger than 64 KiB. Write a table for it.")
    put("params.json", content)


def secret(name):
    """The value of a secret that the stage names under secrets."""
    files = {os.path.basename(file): file for file in context["secrets"].values()}
    if name in files:
        with open(files[name]) as file:
            return file.read()
    known = ", ".join(files) or "none"
    raise Refused(f'The stage has no secret "{name}". Its secrets: {known}. Add it under secrets.')


def put(name, content):
    """Written aside and renamed: seen whole or not at all."""
    aside = os.path.join(OUT, f".{name}.part")
    with open(aside, "w") as file:
        file.write(content)
    os.rename(aside, os.path.join(OUT, name))


def place(error):
    """The last line of the person's own code on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename == CODE:
        return error.lineno
    import traceback

    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == CODE]
    return lines[-1] if lines else None


def fail(error, code):
    line = place(error)
    said = str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"
    told = {"message": f"Line {line}: {said}" if line else said, "field": "/code"}
    source = code.splitlines()
    if line and line <= len(source):
        told["hint"] = source[line - 1].strip()
    if isinstance(error, ModuleNotFoundError) and error.name:
        told["hint"] = f"Add the package of {error.name.partition('.')[0]} to Requirements, with its version."
    if isinstance(error, MemoryError):
        told["hint"] = "It wants more memory than the stage has. Raise resources.memory, or read less at once."
    import traceback

    frames = traceback.TracebackException.from_exception(error)
    frames.stack = traceback.StackSummary.from_list([f for f in frames.stack if f.filename != __file__])
    print("".join(frames.format()), file=sys.stderr, end="")
    put("result.json", json.dumps({"error": told}))
    return 1


with open(os.path.join(IN, "context.json"), encoding="utf-8") as given:
    context = json.load(given)
inputs = {name: Input(name, given) for name, given in context["inputs"].items()}
_rows = {}
_handed = {}


def main():
    code = context["params"]["code"]
    names = {
        "__name__": "__main__",
        "inputs": inputs,
        "params": context["params"].get("values") or {},
        "interval": context["interval"],
        "run": context["run"],
        "sql": sql,
        "write": write,
        "hand_on": hand_on,
        "secret": secret,
    }
    try:
        exec(compile(code, CODE, "exec"), names)
        missing = [name for name in context["outputs"] if name not in _rows]
        if missing:
            raise Refused(f'Nothing was written to {", ".join(missing)}. Call write("{missing[0]}", table) in the code.')
    except SystemExit as leaving:
        if leaving.code not in (None, 0):
            raise
    except BaseException as error:
        return fail(error, code)
    put("result.json", json.dumps({"rows": sum(_rows.values()), "metrics": {f"rows_{n}": c for n, c in _rows.items()}}))
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
