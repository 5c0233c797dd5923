import { archivePipeline } from "@/lib/pipelines/archive-pipeline";
import { getPipeline } from "@/lib/pipelines/data";
import { publishPipeline } from "@/lib/pipelines/publish-pipeline";
import { pipelines } from "@/lib/transport/operations/pipelines";
import { empty, json, route } from "@/lib/transport/route";

const yaml = /^(application|text)\/(x-)?yaml\b/i;

export const GET = route(pipelines.read, async ({ ctx, params, request }) => {
  const pipeline = await getPipeline(ctx, params.name);
  if (!yaml.test(request.headers.get("accept") ?? "")) return pipeline;
  return new Response(pipeline.text, { headers: { "content-type": "application/yaml", "cache-control": "no-store" } });
});

export const PUT = route(pipelines.publish, async ({ ctx, params, query, document }) => {
  const { outcome, warnings } = await publishPipeline(ctx, params.name, { ...query, ...document });
  return json(await getPipeline(ctx, params.name, warnings), outcome === "created" ? 201 : 200);
});

export const DELETE = route(pipelines.archive, async ({ ctx, params }) => {
  await archivePipeline(ctx, params.name);
  return empty();
});
