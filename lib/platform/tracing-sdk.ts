import { setTimeout as delay } from "node:timers/promises";
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { env } from "./env";
import type { Tracing } from "./tracing";

const closeWithinMs = 2_000;

/** Where to, how much and under which name it reads from OpenTelemetry's own variables; only traces are sent. */
export function openTracing(service: string): Tracing {
  const { OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES } = env();
  const isNamed = OTEL_SERVICE_NAME !== undefined || /(^|,)\s*service\.name=/.test(OTEL_RESOURCE_ATTRIBUTES);
  const sdk = new NodeSDK({
    ...(isNamed ? {} : { serviceName: service }),
    metricReaders: [],
    logRecordProcessors: [],
  });
  // Next then gives each request a span of its own.
  sdk.start();
  const tracer = trace.getTracer("sluice");
  return {
    async span(name, { parent, attributes }, run) {
      const from = parent ? propagation.extract(context.active(), { traceparent: parent }) : context.active();
      const span = tracer.startSpan(name, { kind: parent ? SpanKind.CONSUMER : SpanKind.INTERNAL }, from);
      describe(span, attributes);
      try {
        return await context.with(trace.setSpan(from, span), run);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
    note(attributes, error) {
      const span = trace.getActiveSpan();
      if (!span) return;
      describe(span, attributes);
      if (error) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
    },
    parent() {
      const carrier: { traceparent?: string } = {};
      propagation.inject(context.active(), carrier);
      return carrier.traceparent;
    },
    traceId: () => trace.getActiveSpan()?.spanContext().traceId,
    async close() {
      await Promise.race([sdk.shutdown().catch(() => undefined), delay(closeWithinMs, undefined, { ref: false })]);
    },
  };
}

function describe(span: Span, attributes: Parameters<Tracing["note"]>[0] = {}): void {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined) span.setAttribute(`sluice.${name}`, value);
}
