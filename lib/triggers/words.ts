import type { Limit } from "./schema";

/** A schedule in plain words. Pure: the browser uses it too. */

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const one = /^\d{1,2}$/;
const clock = (hour: string, minute: string) => `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
const listed = (words: string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

function ordinal(n: number): string {
  const ending = n % 100 >= 11 && n % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][n % 10] ?? "th");
  return `${n}${ending}`;
}

/** "Every weekday at 06:15"; a line that has no simpler words as it is. */
export function cronWords(cron: string): string {
  const [minute = "", hour = "", date = "", month = "", day = ""] = cron.trim().split(/\s+/);
  const other = `By the cron line ${cron}`;
  if (month !== "*") return other;
  if (cron.trim() === "* * * * *") return "Every minute";
  const every = /^\*\/(\d{1,2})$/.exec(minute)?.[1];
  if (every && hour === "*" && date === "*" && day === "*")
    return every === "1" ? "Every minute" : `Every ${every} minutes`;
  if (!one.test(minute)) return other;
  const hours = /^\*\/(\d{1,2})$/.exec(hour)?.[1];
  const past = minute === "0" ? "" : `, ${minute} minutes past`;
  if (date === "*" && day === "*" && hour === "*") return `Every hour${past}`;
  if (date === "*" && day === "*" && hours) return hours === "1" ? `Every hour${past}` : `Every ${hours} hours${past}`;
  const times = hour.split(",");
  if (!times.every((each) => one.test(each))) return other;
  const at = `at ${listed(times.map((each) => clock(each, minute)))}`;
  if (date === "*" && day === "*") return `Every day ${at}`;
  if (date === "*" && day === "1-5") return `Every weekday ${at}`;
  if (date === "*") {
    const named = day.split(",").map((each) => (one.test(each) ? days[Number(each) % 7] : undefined));
    return named.every((each) => each !== undefined) ? `Every ${listed(named)} ${at}` : other;
  }
  if (day !== "*") return other;
  if (date === "L") return `On the last day of each month ${at}`;
  return one.test(date) ? `On the ${ordinal(Number(date))} of each month ${at}` : other;
}

/** With the zone: "Every weekday at 06:15, America/New York". @param when a cron line, or a moment */
export function whenWords(when: string, zone: string): string {
  const place = zone.replaceAll("_", " ");
  if (!/^\d{4}-\d{2}-\d{2}T/.test(when)) return `${cronWords(when)}, ${place}`;
  const at = new Date(when).toLocaleString("en-GB", { timeZone: zone, dateStyle: "long", timeStyle: "short" });
  return `Once, ${at}, ${place}`;
}

/** "above 100". */
export function limitWords({ is, value }: Pick<Limit, "is" | "value">): string {
  return is === "equals" ? `equal to ${value}` : `${is} ${value}`;
}
