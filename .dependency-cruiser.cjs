// Arrows run one way (docs/architecture.md): app -> components, lib; workers -> lib; components -> pure schema files;
// nouns -> mechanisms -> platform.
const mechanisms = "^lib/(gate|warehouses|jobs|access|operators|runtimes)/";
const nouns = "^lib/(executions|results|queries|charts|users|teams|drafts|completion|pipelines|runs)/";
// What the browser reads documents and forms by, as the worker does.
const pureOfOperators = "^lib/operators/(schema|form|check-values|near|quantities|versions)\\.ts$";
const pureOfPipelines =
  "^lib/pipelines/(schema|document|yaml-text|rewrite|graph|interpolation|intervals|lint|diff)\\.ts$";
// What applies files says what they change before it sends them.
const operatorsOfCli = "^lib/(operators/(check-manifest|check-values|form|requirements)|runs/context)\\.ts$";
const documentsOfCli = "^lib/pipelines/(document|diff|variables)\\.ts$";
const no = (name, from, to, comment) => ({ name, severity: "error", comment, from, to });
const notTests = "(\\.test\\.tsx?$|^lib/testing/|conformance)";

module.exports = {
  forbidden: [
    no(
      "no-circles",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
      "Two files that need each other are one, or three.",
    ),
    no(
      "lib-knows-no-routes",
      { path: "^lib/" },
      { path: "^(app|components|workers|bench|cli|e2e)/" },
      "lib is used by routes and workers, never the other way.",
    ),
    no(
      "lib-knows-no-react",
      { path: "^lib/", pathNot: "^lib/transport/" },
      { path: "node_modules/(react|react-dom|next|next-auth|@mantine)/" },
      "Only lib/transport knows Next.",
    ),
    no(
      "transport-is-for-routes",
      { pathNot: ["^(app|proxy\\.ts|lib/transport)", notTests] },
      { path: "^lib/transport/" },
      "Only routes answer over HTTP.",
    ),
    no(
      "components-take-props",
      { path: "^components/" },
      {
        path: "^lib/",
        pathNot: [
          "^lib/([^/]+)/(schema|lexer|head)\\.ts$|^lib/queries/(parameters|relative-dates|placeholders)\\.ts$|^lib/triggers/words\\.ts$|^lib/comments/mentions\\.ts$|^lib/charts/(marks|kinds)\\.ts$|^lib/warehouses/.*(lexer|lexis|config)\\.ts$|^lib/completion/",
          pureOfOperators,
          pureOfPipelines,
        ],
        dependencyTypesNot: ["type-only"],
      },
      "Components import components and pure schema files.",
    ),
    no(
      "components-know-no-routes",
      { path: "^components/" },
      { path: "^(app|workers)/" },
      "A component does not know where it is shown.",
    ),
    no(
      "cli-speaks-the-api",
      { path: "^cli/", pathNot: ["^cli/admin/", "\\.test\\.ts$"] },
      {
        path: "^(lib|app|components|workers|prisma)/",
        pathNot: ["^lib/([^/]+)/(schema|policy)\\.ts$", documentsOfCli, operatorsOfCli],
      },
      "What runs on other machines knows the API's shapes and nothing else.",
    ),
    no("workers-know-no-pages", { path: "^workers/" }, { path: "^(app|components)/" }, "A worker draws nothing."),
    no(
      "operators-stand-alone",
      { path: "^operators/", pathNot: notTests },
      {
        path: "^(lib|app|components|workers|cli|prisma)/",
        pathNot:
          "^lib/(tabular|egress)/|^lib/results/(encoding|export-sql|pipe|xlsx)\\.ts$|^lib/deliveries/limits\\.ts$|^lib/warehouses/bigquery/(cells|types)\\.ts$",
      },
      "A program runs in its own container, without the app: it takes along how files are read and what may be asked.",
    ),
    no(
      "platform-is-the-ground",
      { path: "^lib/platform/", pathNot: notTests },
      { path: "^lib/", pathNot: "^lib/platform/" },
      "Everything stands on platform.",
    ),
    no(
      "mechanisms-know-no-nouns",
      { path: mechanisms, pathNot: notTests },
      { path: nouns, pathNot: "(schema|url)\\.ts$", dependencyTypesNot: ["type-only"] },
      "Nouns use mechanisms, not the other way.",
    ),
    no(
      "testing-is-for-tests",
      // The bench has the tests' container engine.
      { pathNot: ["\\.test\\.tsx?$", "^(lib|workers)/testing/", "^e2e/", "subject\\.ts$", "^bench/containers\\.ts$"] },
      { path: "^(lib|workers)/testing/" },
      "Factories never ship.",
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^lib/platform/db/generated|^dist|^\\.next)" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: "specify",
    enhancedResolveOptions: {
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
