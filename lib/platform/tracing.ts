import { env } from "./env";

type Attributes = Record<string, string | number | boolean | null | undefined>;

/** Spans of what this process does, where OpenTelemetry's environment asks for them (lib/platform/tracing-sdk.ts). */
export interface Tracing {
  /** Runs as a span of what is under way, or of the trace that `parent` (a W3C traceparent) is part of. */
  span<T>(name: string, about: { parent?: string | null; attributes?: Attributes }, run: () => Promise<T>): Promise<T>;
  /** Says more of the span under way; with an error it has failed. */
  note(attributes: Attributes, error?: string | null): void;
  /** Where what is under way stands, for whoever goes on with it elsewhere. */
  parent(): string | undefined;
  traceId(): string | undefined;
  /** Sends what is left, within 2 s. */
  close(): Promise<void>;
}

// Each of Next's routes is bundled with its own copy of this file.
const holder = globalThis as typeof globalThis & { sluiceTracing?: Tracing };

/** Null where nobody asked for traces: nothing of it is loaded then, and whoever asks has looked at one field. */
export const tracing = (): Tracing | null => holder.sluiceTracing ?? null;

function isWanted(): boolean {
  const { OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER, OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } =
    env();
  if (OTEL_SDK_DISABLED.trim().toLowerCase() === "true" || OTEL_TRACES_EXPORTER?.trim() === "none") return false;
  return Boolean(OTEL_TRACES_EXPORTER ?? OTEL_EXPORTER_OTLP_ENDPOINT ?? OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/** To be called once, before there is anything to trace. @param service its name where the environment gives none */
export async function startTracing(service: string): Promise<void> {
  if (isWanted()) holder.sluiceTracing = (await import("./tracing-sdk")).openTracing(service);
}

/** As a span where there are traces; else it just runs. */
export function traced<T>(name: string, about: Parameters<Tracing["span"]>[1], run: () => Promise<T>): Promise<T> {
  return holder.sluiceTracing ? holder.sluiceTracing.span(name, about, run) : run();
}
