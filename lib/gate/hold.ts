import { type LimitName, lanes } from "./schema";

/** A limit as sluice_limit_json has it (prisma/functions/gate-rules.sql). */
export interface LimitFound {
  heldBy: "limit";
  name: LimitName;
  scope: "company" | "warehouse" | "team" | "person" | "token";
  id: string;
  title: string | null;
  value: number;
  /** Of statementsPerHour: how many were asked for at once, and the seconds until there is room for them. */
  asked?: number;
  retryAfter?: number;
  /** It is set nowhere: as every assistant's token has it. */
  usual?: boolean;
}

/** Of a day's bytes also what is left: less than the limit by what was read, and by what is held for statements that run. */
export interface DayFound extends LimitFound {
  left: number;
  read: number;
  held: number;
  /** Statements that run and hold them. */
  holders: number;
}

export interface PauseFound {
  heldBy: "pause";
  id: string;
  of: "everything" | "lane" | "team" | "person" | "token";
  reason: string | null;
  until: string | null;
  everywhere: boolean;
}

/** What sluice_hold says. */
export type Hold = LimitFound | PauseFound;

const whoRaises = "An admin can raise it.";

/** "the team Growth". */
export function scopeWords({ scope, title, id }: Pick<LimitFound, "scope" | "title" | "id">): string {
  return scope === "company" ? "the whole company" : `the ${scope} ${title ?? id}`;
}

/** What holds a piece of work back, for whoever waits for it. `lane` is the work's own. */
export function holdWords(hold: Hold, lane: number): string {
  return hold.heldBy === "pause" ? pauseWords(hold, lanes[lane] ?? "api") : limitWords(hold);
}

function pauseWords({ of, reason, everywhere }: PauseFound, lane: string): string {
  const what = {
    everything: everywhere ? "Every warehouse is paused" : "The warehouse is paused",
    lane: `Work of the lane ${lane} is paused${everywhere ? " everywhere" : " here"}`,
    team: "Work of your team is paused",
    person: "Your work is paused",
    token: "Work of this token is paused",
  }[of];
  return reason ? `${what}: ${reason}` : `${what}.`;
}

function limitWords(limit: LimitFound): string {
  const each = limit.name.endsWith("PerPerson");
  const who = scopeWords(limit);
  const value = limit.value.toLocaleString("en-US");
  return each
    ? `You already run ${value}, as many as one person may at once by the limit of ${who}. ${whoRaises}`
    : `${upper(who)} already runs ${value}, as many as its limit lets run at once. ${whoRaises}`;
}

/** What holds a stage back, for whoever looks at its run. */
export function stageHoldWords(hold: Hold, warehouse: string): string {
  if (hold.heldBy === "pause") return `${warehouse} is paused${hold.reason ? `: ${hold.reason}` : "."}`;
  const value = hold.value.toLocaleString("en-US");
  const lets = hold.name.endsWith("PerPerson") ? `lets one person run ${value} at once` : `lets ${value} run at once`;
  return `The limit of ${scopeWords(hold)} ${lets} in ${warehouse}. ${whoRaises}`;
}

/** How much one person may still read today. */
export function leftToday(day: DayFound): string {
  const number = (n: number) => n.toLocaleString("en-US");
  const running = day.holders === 1 ? "a running statement" : `${number(day.holders)} running statements`;
  const held = day.holders > 0 ? `; ${number(day.held)} are held for ${running}` : "";
  return `Of today's ${number(day.value)} bytes by the limit ${day.name} of ${scopeWords(day)}, ${number(day.left)} are left${held}.`;
}

/** Why a run is not even let wait: so many of its stages would, with those that do. */
export function runRefusalWords(limit: LimitFound, waits: number, there: number): string {
  const number = (n: number) => n.toLocaleString("en-US");
  const who = limit.name === "waitingPerPerson" ? `one person by the limit of ${scopeWords(limit)}` : scopeWords(limit);
  const would = waits === 1 ? "A stage of this run would wait" : `${number(waits)} stages of this run would wait`;
  return `${would} for a slot where ${number(there)} ${there === 1 ? "piece of work does" : "pieces of work do"}, and ${number(limit.value)} may for ${who}. Start it once some have run. ${whoRaises}`;
}

/** Why a statement is not run that would read more bytes than a limit, or what is left of a day's, allows. */
export function overBytesWords(limit: LimitFound | DayFound): string {
  if ("left" in limit) {
    const wait = limit.holders > 0 ? ", or run it once those have ended" : "";
    return `The statement would read more than may be read today. ${leftToday(limit)} Read fewer columns or partitions${wait}.`;
  }
  return `The statement would read more than the ${limit.value.toLocaleString("en-US")} bytes that the limit ${limit.name} of ${scopeWords(limit)} allows. Read fewer columns or partitions.`;
}

const upper = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Why work is not even let wait. */
export function refusalWords(limit: LimitFound): string {
  const who = scopeWords(limit);
  const value = limit.value.toLocaleString("en-US");
  if (limit.name === "statementsPerHour") return hourWords(limit, value);
  if (limit.name === "bytesPerDay") {
    return `Your statements have read the ${value} bytes a day that the limit of ${who} allows one person. It begins anew at midnight UTC. ${whoRaises}`;
  }
  return limit.name === "waitingPerPerson"
    ? `You already have ${value} waiting, as many as one person may by the limit of ${who}. Wait until some have run. ${whoRaises}`
    : `${upper(who)} already has ${value} waiting, as many as its limit lets wait. Wait until some have run. ${whoRaises}`;
}

function hourWords({ usual, scope, asked = 1, value: most, retryAfter = 3_600 }: LimitFound, value: string): string {
  const whose = usual ? "as assistants may" : scope === "company" ? "as every token may" : "by its limit";
  const may = `This token may run ${value} statements an hour, ${whose} (limit statementsPerHour).`;
  if (asked > most) return `${may} These are ${asked.toLocaleString("en-US")} at once: send fewer. ${whoRaises}`;
  return `${may} Try again in ${inWords(retryAfter)}, at ${clock(retryAfter)} UTC. ${whoRaises}`;
}

const inWords = (seconds: number) => (seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`);

const clock = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString().slice(11, 19);
