"""Runs a dbt project by dbt itself, and says what came of its models and checks (docs/operators.md has the contract)."""

import csv
import datetime
import io
import json
import os
import pathlib
import re
import sys

from egress import Proxy
from project import fetch, git_environment
from stage import OUT, Refused, put, read_context, work_folder
from told import COLUMNS, cleaned, failure, is_built, is_check, is_named, metrics_of, plan_of, row_of, rows_of

COMMANDS = {"build": None, "run": ["model"], "test": ["test", "unit_test"], "seed": ["seed"], "snapshot": ["snapshot"]}
PROFILE = "sluice"
# Files that go with the attempt; and what dbt says each time that it is asked for something.
UNSAID = ("ParsePerfInfoPath", "SQLCompiledPath", "UnableToPartialParse")
GREETINGS = ("MainReportVersion", "AdapterRegistered")


def profile_of(context):
    """The relay, as dbt's PostgreSQL adapter is told of a server. The password is good for this attempt alone."""
    way = context["connections"]["warehouse"]
    return {
        "type": "postgres",
        "host": way.get("socket") or way["host"],
        "port": way.get("port") or 5432,
        "user": way["user"],
        "password": pathlib.Path(way["passwordFile"]).read_text(),
        "dbname": way["database"],
        "schema": context["params"]["schema"],
        "threads": context["params"].get("threads", 2),
        "sslmode": "disable",
        "connect_timeout": 30,
        "retries": 3,
    }


def typed(text):
    """As dbt's own command line takes them: what is no number or yes and no stays the text that it is."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"-?(0|[1-9]\d{0,17})", text) else text


def variables(context):
    interval = context["interval"]
    own = {
        "sluice_from": interval["from"],
        "sluice_to": interval["to"],
        "sluice_time_zone": interval["timeZone"],
        "sluice_run": context["run"]["id"],
    }
    return {**own, **{name: typed(value) for name, value in (context["params"].get("vars") or {}).items()}}


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(datetime.timezone.utc)


class Dbt:
    """dbt in this process, told where everything is."""

    def __init__(self, context, project, work):
        try:
            from dbt.cli.main import dbtRunner
        except ModuleNotFoundError:
            raise Refused(
                "dbt is not installed here. Run `npm run python` where the worker runs, or let stages run in containers, "
                "whose image has it."
            ) from None
        self._runner = dbtRunner
        self.context = context
        self.project = project
        self.profile = profile_of(context)
        target = context["params"].get("target") or "prod"
        profiles = work / "profiles"
        profiles.mkdir(mode=0o700)
        # JSON is YAML too.
        whole = {PROFILE: {"target": target, "outputs": {target: self.profile}}}
        (profiles / "profiles.yml").write_text(json.dumps(whole))
        self._global = ["--log-level", "none", "--log-level-file", "none", "--no-send-anonymous-usage-stats", "--no-use-colors"]
        self._places = ["--project-dir", str(project), "--profiles-dir", str(profiles), "--profile", PROFILE]
        self._places += ["--target", target, "--log-path", str(work / "logs")]
        self._vars = ["--vars", json.dumps(variables(context))]
        self._made = ["--target-path", str(work / "target")]
        self.manifest = None
        self.on_finished = None

    def _event(self, event):
        info = event.info
        known = self.manifest is not None and info.name in GREETINGS
        if info.level in ("info", "warn", "error") and info.msg.strip() and info.name not in UNSAID and not known:
            print(info.msg, file=sys.stderr if info.level == "error" else sys.stdout, flush=True)
        if info.name == "NodeFinished" and self.on_finished:
            self.on_finished(event.data.node_info.unique_id, event.data.node_info.node_status)

    def __call__(self, command, *more, speaks=True):
        runner = self._runner(manifest=self.manifest, callbacks=[self._event] if speaks else [])
        made = [] if command == "deps" else self._made
        answer = runner.invoke([*self._global, command, *self._places, *self._vars, *made, *more])
        if answer.exception is not None:
            raise Refused(f"dbt {command} does not work: {said(answer.exception)}")
        return answer

    def chosen(self):
        params = self.context["params"]
        words = []
        for name in ("select", "exclude"):
            if (params.get(name) or "").strip():
                words += [f"--{name}", params[name].strip()]
        return words


def said(error):
    text = str(error).strip() or type(error).__name__
    first = text.splitlines()[0].strip()
    place = re.match(r"^[A-Z]\w+ Error in (.*)$", first)
    return f"{place[1]}: {cleaned(text)}" if place else cleaned(text)


def install_packages(dbt, proxy, work):
    """Of packages that are not part of the project, by the proxy: a package is fetched from where it says."""
    named = [name for name in ("packages.yml", "dependencies.yml") if (dbt.project / name).is_file()]
    if not any(re.search(r"^\s*packages\s*:", (dbt.project / name).read_text(), re.M) for name in named):
        return
    if any((dbt.project / folder).is_dir() for folder in ("dbt_packages", "dbt_modules")):
        return print("The project brings its packages (dbt_packages).")
    before = dict(os.environ)
    # Who takes the project by http takes its packages so too.
    scheme = (dbt.context["params"].get("url") or "https").split(":")[0]
    os.environ.update(git_environment(work, proxy, scheme))
    try:
        dbt("deps")
    except Refused as error:
        why = proxy.refusals[-1] if proxy.refusals else str(error)
        hint = "Look at packages.yml, or put the folder dbt_packages into the project: then nothing is fetched."
        raise Refused(f"The project's packages cannot be fetched. {why}", "file" if dbt.context["params"]["from"] == "upload" else "url", hint) from None
    finally:
        os.environ.clear()
        os.environ.update(before)


def choose(dbt, kinds):
    """What the command would run, by its place in the project. @raises Refused when that is nothing"""
    only = [word for kind in kinds or [] for word in ("--resource-type", kind)]
    listed = dbt("ls", "--output", "json", "--output-keys", "unique_id", *only, *dbt.chosen(), speaks=False).result or []
    ids = [json.loads(one)["unique_id"] for one in listed]
    everything = {**dbt.manifest.nodes, **dbt.manifest.unit_tests, **getattr(dbt.manifest, "functions", {})}
    nodes = [everything[one] for one in ids if one in everything and is_named(everything[one])]
    if not nodes:
        command = dbt.context["params"]["command"]
        asked = dbt.context["params"].get("select") or dbt.context["params"].get("exclude")
        if asked:
            raise Refused(f"Nothing of the project is chosen by “{asked}” for dbt {command}.", "select")
        raise Refused(f"The project has nothing that dbt {command} would run.", "command")
    return nodes


def schemas_of(nodes, granted):
    """Schemas that would be written to. @raises Refused at the first that the team may not write to"""
    found = {}
    for node in nodes:
        if is_built(node) or (is_check(node) and getattr(node.config, "store_failures", None)):
            found.setdefault(node.schema, node)
    for schema, node in found.items():
        if granted is not None and schema not in granted:
            raise Refused(
                f"{node.resource_type} {node.name} ({node.original_file_path}) would be written to the schema {schema}, "
                f"where your team may not write. It may write in {', '.join(granted) or 'none'}.",
                "schema",
                "Ask an admin to grant the schema to the team.",
            )
    return found


def write_results(context, rows):
    output = context["outputs"].get("results")
    if not output:
        return
    if output["format"] not in ("ndjson", "csv"):
        raise Refused(f"dbt's results are written as ndjson or csv, not as {output['format']}.", hint="Ask for ndjson; whoever reads it gets the format that they ask for.")
    file = OUT / output["path"] / f"results.{output['format']}"
    if output["format"] == "ndjson":
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(text.getvalue())


def planned(dbt, nodes, schemas):
    """A trial: the reader can change nothing, and what compiles is what would have been asked."""
    wrong = failure(dbt("compile", *dbt.chosen()).result or [], dbt.manifest)
    if wrong:
        raise Refused(wrong)
    write_results(dbt.context, [row_of(one, dbt.manifest) for one in nodes])
    note = plan_of(nodes, schemas)
    counts = {"built": sum(map(is_built, nodes)), "checks": sum(map(is_check, nodes))}
    return {"rows": 0, "metrics": counts, "plan": {"adds": None, "changes": None, "deletes": None, "note": note}}


def run(dbt, command, writer):
    def finished(unique_id, status):
        node = dbt.manifest.nodes.get(unique_id)
        if status != "success" or node is None or not is_built(node):
            return
        try:
            writer.open_to_readers(node.schema, node.alias)
        except Exception as error:
            print(f"{node.name} could not be opened to its readers: {error}", file=sys.stderr)

    dbt.on_finished = finished
    params, interval = dbt.context["params"], dbt.context["interval"]
    more = dbt.chosen()
    if params.get("full_refresh") and command in ("build", "run", "seed"):
        more.append("--full-refresh")
    begin, end = moment(interval["from"]), moment(interval["to"])
    # Models by batches of time build those of the interval; dbt takes none that has not begun.
    if command in ("build", "run") and begin < min(end, datetime.datetime.now(datetime.timezone.utc)):
        for name, at in (("start", begin), ("end", end)):
            more += [f"--event-time-{name}", at.strftime("%Y-%m-%dT%H:%M:%S")]
    # Hooks count only where they fail.
    results = [one for one in dbt(command, *more).result or [] if is_named(one.node) or str(one.status) == "error"]
    wrong = failure(results, dbt.manifest)
    write_results(dbt.context, [row_of(one.node, dbt.manifest, one) for one in results])
    told = {"rows": sum(rows_of(one) or 0 for one in results), "metrics": metrics_of(results)}
    return {**told, "error": {"message": wrong[:10_000]}} if wrong else told


def main(context):
    params = context["params"]
    granted = (context.get("writes") or {}).get("schemas")
    if granted is not None and params["schema"] not in granted:
        where = f"It may write in {', '.join(granted)}." if granted else "It has been granted no schema yet."
        hint = "Ask an admin to grant the schema to the team."
        raise Refused(f"Your team may not write in the schema {params['schema']}. {where}", "schema", hint)
    work = work_folder()
    os.environ["HOME"] = str(work)
    with Proxy((context.get("egress") or {}).get("hosts", [])) as proxy:
        project = fetch(context, work, proxy)
        dbt = Dbt(context, project, work)
        writer = None
        if not context.get("dry"):
            from writer import Writer

            writer = Writer(dbt.profile, context)
            writer.refuse_reach()
        install_packages(dbt, proxy, work)
    dbt.manifest = dbt("parse").result
    command = params["command"]
    nodes = choose(dbt, COMMANDS[command])
    schemas = schemas_of(nodes, granted)
    return run(dbt, command, writer) if writer else planned(dbt, nodes, schemas)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    try:
        told = main(read_context())
    except Refused as error:
        told = {"error": error.told()}
    put("result.json", json.dumps(told))
    if "error" in told:
        print(told["error"]["message"], file=sys.stderr)
    sys.exit(1 if "error" in told else 0)
