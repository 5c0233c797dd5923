/** A schedule as a form has it, and the cron line or moment that it makes. Pure. */

export const frequencies = [
  { value: "hour", label: "Every hour" },
  { value: "day", label: "Every day" },
  { value: "weekday", label: "Every weekday" },
  { value: "week", label: "Every week" },
  { value: "month", label: "Every month" },
  { value: "once", label: "Once" },
  { value: "cron", label: "Advanced: a cron line" },
] as const;
export type Frequency = (typeof frequencies)[number]["value"];

export interface WhenFields {
  frequency: Frequency;
  /** 08:30 */
  time: string;
  /** 0 is Sunday. */
  weekday: string;
  /** Day of the month. */
  date: string;
  /** A moment, in the person's own clock: 2026-12-01T08:00. */
  at: string;
  cron: string;
}

export const firstFields: WhenFields = {
  ...{ frequency: "day", time: "08:00", weekday: "1", date: "1", at: "", cron: "0 8 * * 1-5" },
};

export function whenOf({ frequency, time, weekday, date, at, cron }: WhenFields): string {
  const [hour, minute] = time.split(":").map(Number);
  const clock = `${minute || 0} ${hour || 0}`;
  switch (frequency) {
    case "hour":
      return `${minute || 0} * * * *`;
    case "day":
      return `${clock} * * *`;
    case "weekday":
      return `${clock} * * 1-5`;
    case "week":
      return `${clock} * * ${weekday}`;
    case "month":
      return `${clock} ${date} * *`;
    case "once": {
      const moment = new Date(at);
      return Number.isNaN(moment.getTime()) ? at : moment.toISOString();
    }
    case "cron":
      return cron.trim();
  }
}

/** The fields with another frequency: a moment that nobody chose yet is tomorrow's, at the time that stands there. */
export function withFrequency(fields: WhenFields, frequency: Frequency, now: Date): WhenFields {
  if (frequency !== "once" || fields.at) return { ...fields, frequency };
  const day = new Date(now.getTime() - now.getTimezoneOffset() * 60_000 + 86_400_000).toISOString().slice(0, 10);
  return { ...fields, frequency, at: `${day}T${fields.time}` };
}

/** The form of what is stored; a line that it has no simpler fields for stands as a cron line. */
export function fieldsOf(when: string): WhenFields {
  if (/^\d{4}-/.test(when)) {
    const at = new Date(when);
    if (Number.isNaN(at.getTime())) return { ...firstFields, frequency: "once" };
    const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    return { ...firstFields, frequency: "once", at: local };
  }
  const [minute = "", hour = "", date = "", month = "", day = ""] = when.split(/\s+/);
  const plain = /^\d{1,2}$/;
  const other: WhenFields = { ...firstFields, frequency: "cron", cron: when };
  if (month !== "*" || !plain.test(minute)) return other;
  const time = (h: string) => `${h.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (hour === "*" && date === "*" && day === "*") return { ...firstFields, frequency: "hour", time: time("0") };
  if (!plain.test(hour)) return other;
  const at = { ...firstFields, time: time(hour) };
  if (date === "*" && day === "*") return { ...at, frequency: "day" };
  if (date === "*" && day === "1-5") return { ...at, frequency: "weekday" };
  if (date === "*" && plain.test(day)) return { ...at, frequency: "week", weekday: String(Number(day) % 7) };
  if (plain.test(date) && day === "*") return { ...at, frequency: "month", date };
  return other;
}
