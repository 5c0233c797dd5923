import { openRelay } from "@/lib/gate/relay";
import type { Connection } from "@/lib/warehouses/adapter";

/** A worker's part in a stage, as a process of its own that a test can kill: it opens one relay and says of each backend. */
process.on("disconnect", () => process.exit(0));
process.once("message", async ({ connection, socketFolder }: { connection: Connection; socketFolder: string }) => {
  const { address, user, password, database } = await openRelay({
    connection,
    role: "writer",
    applicationName: "sluice 01stage",
    transport: { socketFolder },
    maxConnections: 1,
    onBackend: (backend) => void process.send?.({ backend }),
  });
  process.send?.({ relay: { address, user, password, database } });
});
