"""What dbt found, in the words of the `expect` operator and in one sentence each."""

import re

NAMED = 20
BUILT = ("model", "seed", "snapshot", "function")
CHECKS = ("test", "unit_test")


def is_check(node):
    return str(node.resource_type) in CHECKS


def is_named(node):
    """What a project has, and no hook of it."""
    return str(node.resource_type) in (*BUILT, *CHECKS)


def is_built(node):
    """Whether it becomes a table or a view."""
    return str(node.resource_type) in BUILT and node.config.materialized != "ephemeral"


def cleaned(message):
    """`Database Error in model x (models/x.sql)`, the place and the compiled file: what is left is what went wrong."""
    lines = [line.strip() for line in (message or "").splitlines()]
    if len(lines) > 1 and re.match(r"^[A-Z]\w+ Error", lines[0]):
        lines = lines[1:]
    kept = [line for line in lines if line and not re.match(r"^(\^+$|compiled code at |> in macro |> called by )", line)]
    said = ""
    for line in kept[:6]:
        place = re.match(r"^LINE (\d+): (.*)", line)
        said += f" (line {place[1]}: {place[2].strip()})" if place else f"{' ' if said else ''}{line}"
    return (said or "dbt does not say why")[:1_000].rstrip(".")


def _rows(count, one, more):
    return f"{count} {one}" if count == 1 else f"{count} {more}"


def expectation(node, manifest):
    """A check as a person would say it, and what to say of what was found instead."""
    meta = getattr(node, "test_metadata", None)
    of = manifest.nodes.get(getattr(node, "attached_node", None) or "") if meta else None
    kwargs = meta.kwargs if meta else {}
    column = kwargs.get("column_name")
    if of and column and meta.namespace is None:
        about = f"{of.name}.{column}"
        if meta.name == "not_null":
            return f"{about} is filled in", lambda n: _rows(n, "row is not", "rows are not")
        if meta.name == "unique":
            several = ("value stands in several rows", "values stand in several rows")
            return f"{about} is different in every row", lambda n: _rows(n, *several)
        if meta.name == "accepted_values":
            values = ", ".join(str(one) for one in kwargs.get("values", []))
            return f"{about} is one of {values}", lambda n: _rows(n, "other value stands there", "other values stand there")
        if meta.name == "relationships":
            to = re.findall(r"['\"]([^'\"]+)['\"]", str(kwargs.get("to", "")))
            field = ".".join([*to[-1:], str(kwargs.get("field"))])
            return f"{about} stands in {field}", lambda n: _rows(n, "row does not", "rows do not")
    if str(node.resource_type) == "unit_test":
        return f"{node.name} gives the rows that it says", lambda _: "it gives others"
    return f"{node.name} finds nothing", lambda n: f"it finds {_rows(n, 'row', 'rows')}"


def sentence(result, manifest):
    node = result.node
    at = f"({node.original_file_path})"
    status = str(result.status)
    if is_check(node) and status in ("fail", "warn"):
        expected, found = expectation(node, manifest)
        return f"{expected} {at}, and {found(result.failures)}"
    return f"{node.resource_type} {node.name} {at}: {cleaned(result.message)}"


def failure(results, manifest):
    """One sentence for all that went wrong; None: nothing did."""
    wrong = [one for one in results if str(one.status) in ("fail", "error", "runtime error", "partial success")]
    if not wrong:
        return None
    unmet = [one for one in wrong if is_check(one.node) and str(one.status) == "fail"]
    broken = [one for one in wrong if one not in unmet]
    skipped = [one.node.name for one in results if str(one.status) == "skipped"]
    said = []
    if broken:
        others = f" (and {len(broken) - NAMED} more)" if len(broken) > NAMED else ""
        said.append(
            f"{len(broken)} of {len(results)} failed: {'; '.join(sentence(one, manifest) for one in broken[:NAMED])}{others}."
        )
    if unmet:
        checks = sum(is_check(one.node) for one in results)
        others = f"; and {len(unmet) - NAMED} more" if len(unmet) > NAMED else ""
        said.append(
            f"{len(unmet)} of {checks} expectations are not met. Expected: "
            f"{'; '.join(sentence(one, manifest) for one in unmet[:NAMED])}{others}."
        )
    if skipped:
        more = ", …" if len(skipped) > NAMED else ""
        said.append(f"Left out after that: {', '.join(skipped[:NAMED])}{more}.")
    return " ".join(said)


def rows_of(result):
    affected = (result.adapter_response or {}).get("rows_affected")
    return affected if isinstance(affected, int) and affected >= 0 and is_built(result.node) else None


COLUMNS = ["name", "kind", "expectation", "status", "rows", "failures", "seconds", "file", "table", "message"]


def row_of(node, manifest, result=None):
    """One line of the output `results`; of a trial without a result."""
    status = str(result.status) if result else "planned"
    unsaid = result is None or status in ("success", "pass") or not result.message
    values = [
        node.name,
        str(node.resource_type),
        expectation(node, manifest)[0] if is_check(node) else None,
        status,
        rows_of(result) if result else None,
        result.failures if result else None,
        round(result.execution_time, 3) if result else None,
        node.original_file_path,
        f"{node.schema}.{node.alias}" if is_built(node) else None,
        None if unsaid else cleaned(result.message),
    ]
    return dict(zip(COLUMNS, values))


def metrics_of(results):
    built = [one for one in results if is_built(one.node)]
    rows = [(one.node.name, rows_of(one)) for one in built]
    return {
        "built": sum(str(one.status) == "success" for one in built),
        "checks": sum(is_check(one.node) for one in results),
        "warnings": sum(str(one.status) == "warn" for one in results),
        # Of more than these the output has all.
        **{f"rows_{name}"[:100]: count for name, count in rows[:50] if count is not None},
    }


def plan_of(nodes, schemas):
    """What a dry run would have done, in words."""
    kinds = {}
    for node in nodes:
        kind = str(node.config.materialized) if str(node.resource_type) == "model" else str(node.resource_type)
        word = {"test": "check", "unit_test": "check", "incremental": "incremental table"}.get(kind, kind).replace("_", " ")
        kinds[word] = kinds.get(word, 0) + 1
    what = ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for word, count in sorted(kinds.items()))
    where = f" in {', '.join(sorted(schemas))}" if schemas else ""
    names = [node.name for node in nodes if not is_check(node)]
    listed = f": {', '.join(names[:NAMED])}{', …' if len(names) > NAMED else ''}" if names else ""
    return f"Would run {what}{where}{listed}. The project's SQL was compiled as a reader; nothing was built or checked."[:1_000]
