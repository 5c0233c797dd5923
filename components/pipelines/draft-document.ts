import { readText } from "@/lib/pipelines/document";
import type { Problem } from "@/lib/pipelines/schema";
import type { ReadYaml } from "@/lib/pipelines/yaml-text";

/**
 * A pipeline's text as a form reads it: whatever can be read of it, also while it is not a document yet. Nothing here is
 * written back; changes go into the text, value by value. Pure.
 */

export interface DraftStage {
  /** Its place in the text, from 0. */
  at: number;
  id: string;
  title: string;
  operator: string;
  params: Record<string, unknown>;
  inputs: Record<string, { from: string; format: string | null }>;
  outputs: Record<string, string>;
  after: string[];
  resources: { cpu?: number; memory?: string; timeout?: string };
  retries: number | undefined;
  retryDelay: string | undefined;
}

export interface DraftDocument {
  name: string;
  title: string;
  description: string;
  owner: string;
  parameters: Record<string, { type: string; title: string; default: unknown }>;
  triggers: Record<string, unknown>[];
  overlap: string;
  /** Who is told besides those whose it is. */
  notify: { people: string[]; teams: string[]; url: string; secret: string };
  env: Record<string, unknown>;
  stages: DraftStage[];
  /** Stages that no form can show: they are no stage at all. */
  unread: number;
}

export interface ReadDraft {
  /** Null while the text is no YAML. */
  draft: DraftDocument | null;
  problems: Problem[];
}

type Fields = Record<string, unknown>;
const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const record = (value: unknown): Fields => (isRecord(value) ? value : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown) => (typeof value === "string" ? value : typeof value === "number" ? `${value}` : "");
const entries = <T>(value: unknown, read: (one: unknown) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(record(value)).map(([key, one]) => [key, read(one)]));

export function readDraft(source: string, reading?: ReadYaml): ReadDraft {
  const { value, problems } = readText(source, "yaml", reading);
  if (problems.length > 0) return { draft: null, problems };
  if (value !== null && !isRecord(value)) {
    const said = { message: "This is no pipeline.", fix: "Begin with “name:”." };
    return { draft: null, problems: [{ severity: "error", field: "", ...said, line: 1, column: 1 }] };
  }
  const given = record(value);
  const stages = list(given.stages).map(stageOf);
  return {
    draft: {
      name: text(given.name),
      title: text(given.title),
      description: text(given.description),
      owner: text(given.owner),
      parameters: entries(given.parameters, (one) => ({
        type: text(record(one).type) || "text",
        title: text(record(one).title),
        default: record(one).default,
      })),
      triggers: list(given.triggers).map(record),
      overlap: text(record(given.concurrency).overlap),
      notify: notifyOf(record(given.notify)),
      env: record(given.env),
      stages: stages.flatMap((one) => one ?? []),
      unread: stages.filter((one) => one === null).length,
    },
    problems: [],
  };
}

function notifyOf({ people, teams, webhook }: Fields): DraftDocument["notify"] {
  const { url, secret } = record(webhook);
  return { people: list(people).map(text), teams: list(teams).map(text), url: text(url), secret: text(secret) };
}

function stageOf(value: unknown, at: number): DraftStage | null {
  if (!isRecord(value) || !text(value.operator)) return null;
  const { cpu, memory, timeout } = record(value.resources);
  return {
    at,
    id: text(value.id),
    title: text(value.title),
    operator: text(value.operator),
    params: record(value.params),
    inputs: entries(value.inputs, (one) =>
      isRecord(one) ? { from: text(one.from), format: text(one.format) || null } : { from: text(one), format: null },
    ),
    outputs: entries(value.outputs, text),
    after: list(value.after).map(text),
    resources: {
      ...(typeof cpu === "number" ? { cpu } : {}),
      ...(memory ? { memory: text(memory) } : {}),
      ...(timeout ? { timeout: text(timeout) } : {}),
    },
    retries: typeof value.retries === "number" ? value.retries : undefined,
    retryDelay: text(value.retryDelay) || undefined,
  };
}
