// A receiver of OpenTelemetry's traces over HTTP as a process of its own: says its port, then each batch, on its channel.
import { createServer } from "node:http";
import process from "node:process";

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    process.send?.({ url: request.url, type: request.headers["content-type"], body });
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address().port));
process.on("disconnect", () => process.exit(0));
