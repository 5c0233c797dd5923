import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Context } from "@/lib/access/context";
import { waitForRun } from "@/lib/runs/data";
import { readLog } from "@/lib/runs/logs";
import { startRun } from "@/lib/runs/start-run";
import { testDatabase } from "@/lib/testing/database";
import { type BuiltWarehouse, buildPerson, buildTeam, buildWarehouse } from "@/lib/testing/factories";
import { closeGate } from "@/lib/testing/gate";
import { ScriptedCluster } from "@/lib/testing/kubernetes-api";
import { buildPipeline } from "@/lib/testing/runs";
import { startStageWorker } from "./testing/stage-worker";

/**
 * A worker whose stages are pods: they have a network of their own, in which they find its relays by RELAY_HOST. The program
 * speaks PostgreSQL's protocol (its documentation, "Frontend/Backend Protocol") with nothing but a socket.
 */
const program = String.raw`
$/ = undefined; $| = 1;
open(F, "<", "$ENV{SLUICE_IN}/context.json") or die "context: $!\n"; $json = <F>;
sub named { $json =~ /"$_[0]":"?([^",}]+)/ or die "no $_[0]\n"; return $1 }
open(P, "<", named("passwordFile")) or die "password: $!\n"; $password = <P>;
($host, $port) = (named("host"), named("port"));
socket(S, 2, 1, 0) or die "socket: $!\n";
connect(S, pack("S n C4 x8", 2, $port, split(/\./, $host))) or die "$host cannot be reached: $!\n";
sub say_it { my ($type, $body) = @_; syswrite(S, $type . pack("N", length($body) + 4) . $body) }
sub take { my ($size, $got) = ($_[0], ""); while (length($got) < $size) { sysread(S, $got, $size - length($got), length($got)) or die "cut\n" } return $got }
say_it("", pack("N", 196608) . "user\0" . named("user") . "\0database\0" . named("database") . "\0\0");
for ($ready = 0; ; ) {
  my $type = take(1); my $body = take(unpack("N", take(4)) - 4);
  if ($type eq "E") { $body =~ s/\0/ /g; die "$body\n" }
  if ($type eq "R" && unpack("N", $body) == 3) { say_it("p", "$password\0") }
  if ($type eq "D") { print "rows: ", substr($body, 6), "\n" }
  if ($type eq "Z") { last if $ready++; say_it("Q", "select count(*) || ' at ' || inet_client_addr() from events\0") }
}
say_it("X", "");
`;

const engine = inject("containerEngine");
const home = mkdtempSync(path.join(tmpdir(), "sluice-cluster-"));
let cluster: ScriptedCluster | undefined;
let ana: Context;
let teamId: string;
let warehouse: BuiltWarehouse;

/** Also of a bridge that nobody has joined yet, which is not among the machine's interfaces. */
function isOurs(address: string): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(0, address, () => server.close(() => resolve(true)));
  });
}

function addOperator(image: string): string {
  const folder = path.join(home, "operators");
  mkdirSync(path.join(folder, "asker"), { recursive: true });
  const manifest = {
    ...{ id: "asker", version: "1.0.0", title: "Asker", summary: "Asks a warehouse.", group: "get", icon: "sql" },
    ...{ repeatSafe: true, image, command: ["perl", "-e", program] },
    connections: [{ parameter: "warehouse", role: "reader" }],
    parameters: { type: "object", properties: { warehouse: { type: "string", "x-widget": "warehouse" } } },
  };
  writeFileSync(path.join(folder, "asker", "operator.json"), JSON.stringify(manifest));
  return folder;
}

describe.skipIf(engine === null)("a worker with its stages in a cluster (needs a container engine)", () => {
  let address = "";
  beforeAll(async () => {
    if (!engine) return;
    const docker = engine.address ? new Docker({ socketPath: new URL(engine.address).pathname }) : new Docker();
    cluster = new ScriptedCluster(docker, engine.image, home);
    const config = await cluster.start();
    address = await cluster.openNetwork();
    Object.assign(process.env, {
      ...{ KUBECONFIG: config, KUBERNETES_IMAGE: engine.image, STAGE_RUNTIME: "kubernetes", RELAY_HOST: address },
      SLUICE_OPERATORS: addOperator(engine.image),
    });
    await testDatabase();
    teamId = (await buildTeam()).id;
    ana = await buildPerson({ teamIds: [teamId] });
    const sql = "create table events as select n as id from generate_series(1, 4711) n";
    warehouse = await buildWarehouse({ teamIds: [teamId], sql });
    await startStageWorker();
  });
  afterAll(async () => {
    await cluster?.stop();
    await closeGate();
    rmSync(home, { recursive: true, force: true });
  });

  it("lets a pod reach a warehouse through its relay, by the address that RELAY_HOST names", async ({ skip }) => {
    // An engine in a virtual machine has its networks there.
    skip(!(await isOurs(address)), "the engine's networks are not this machine's");
    const stage = { id: "ask", operator: "asker@1", params: { warehouse: warehouse.name } };
    const { name } = await buildPipeline(ana, { stages: [stage] }, { teamId, warehouses: [warehouse.id] });
    const view = await waitForRun(ana, (await startRun(ana, name, {})).id, 60);
    const said: string[] = [];
    for await (const { text } of await readLog(ana, view.id, {})) said.push(text);
    expect(view, said.join("\n")).toMatchObject({ state: "succeeded", error: null });
    expect(view.stages[0]?.attempts.map(({ runtime }) => runtime)).toEqual(["kubernetes"]);
    // Who asks the warehouse is the worker, whatever address the pod has.
    expect(said).toContainEqual(expect.stringMatching(/^rows: 4711 at 127\.0\.0\.1(\/32)?$/));
  });
});
