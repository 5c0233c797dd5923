import Link from "next/link";
import { fullNumber, keyText } from "@/components/charts/words";
import classes from "@/components/profile/profile.module.css";
import { filtersOf } from "@/lib/charts/marks";
import type { ProfiledColumn } from "@/lib/charts/schema";

interface Props {
  executionId: string;
  column: ProfiledColumn;
  rowCount: number;
}

/** One column: how much is missing, how many values differ, the ends, and how they are spread. */
export function ColumnCard({ executionId, column, rowCount }: Props) {
  const { name, type, nulls, distinct, estimated, least, greatest, mean, empty, odd } = column;
  const facts: [string, string][] = [
    ["Nulls", nulls === 0 ? "none" : `${fullNumber(nulls)} (${share(nulls, rowCount)})`],
    [
      "Different",
      `${estimated ? "about " : ""}${fullNumber(distinct)}${distinct === rowCount && !estimated ? " (all)" : ""}`,
    ],
    ["Least", least ?? "–"],
    ["Greatest", greatest ?? "–"],
    ...(mean === null ? [] : [["Mean", fullNumber(Number(mean.toPrecision(6)))] satisfies [string, string]]),
    ...(empty === 0 ? [] : [["Empty texts", fullNumber(empty)] satisfies [string, string]]),
    ...(odd === 0 ? [] : [["Not finite", fullNumber(odd)] satisfies [string, string]]),
  ];
  return (
    <article className={classes.card}>
      <h3 className={classes.name}>
        {name || `column ${column.column + 1}`} <small>{type}</small>
      </h3>
      <dl className={classes.facts}>
        {facts.map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd title={value}>{value === "" ? "(empty)" : value}</dd>
          </div>
        ))}
      </dl>
      <Shape executionId={executionId} column={column} />
    </article>
  );
}

const share = (part: number, all: number) => {
  const percent = (part / all) * 100;
  return percent < 0.1 ? "under 0.1 %" : `${percent.toLocaleString("en-US", { maximumFractionDigits: 1 })} %`;
};

/** Ranges and buckets as a picture, too narrow to be aimed at; the most frequent values each lead to their rows. */
function Shape({ executionId, column }: Pick<Props, "executionId" | "column">) {
  const { x, keys, rows } = column.shape;
  const bars = keys.flatMap((key, at) => {
    // What is missing is said in words above, and would hide the rest.
    if (key.at === null && !key.other) return [];
    return [
      { id: key.other ? "other" : `v${key.at}`, key, next: keys[at + 1], text: keyText(x, key), n: rows[at] ?? 0 },
    ];
  });
  const most = Math.max(1, ...bars.filter(({ id }) => id !== "other").map(({ n }) => n));
  const size = (n: number) => `${n === 0 ? 0 : Math.max(2, Math.min(100, (n / most) * 100))}%`;
  if (x.kind !== "text") {
    const fullest = bars.find(({ n }) => n === most);
    const words = fullest
      ? `Spread over ${bars.length} ranges; most rows, ${fullNumber(most)}, at ${fullest.text}`
      : "";
    return (
      <div className={classes.scale} role="img" aria-label={words}>
        {bars.map(({ id, text, n }) => (
          <span key={id} title={`${text}: ${fullNumber(n)}`}>
            <i style={{ height: size(n) }} />
          </span>
        ))}
      </div>
    );
  }
  return (
    <ul className={classes.values} aria-label="Most frequent">
      {bars.map(({ id, key, next, text, n }) => {
        const filter = encodeURIComponent(JSON.stringify(filtersOf(x, key, keys, next)));
        return (
          <li key={id}>
            <Link href={`/executions/${executionId}?filter=${filter}`} title={`${text}: ${fullNumber(n)}`}>
              <i style={{ width: size(n) }} aria-hidden />
              <span>{text}</span>
              <b>{fullNumber(n)}</b>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
